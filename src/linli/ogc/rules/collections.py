"""The collections there are: what each is called and which properties it may be asked by."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of features. `properties` with their JSON types; `asked_by`: the parameters about
    properties; `grant`: what a token needs for it, "" for everybody."""

    name: str
    title: str | Promise
    about: str | Promise
    geometry: str
    properties: dict[str, str]
    asked_by: tuple[str, ...]
    grant: str = ""


_IN_FORCE = {"valid_from": "date", "valid_to": "date"}
_GROUND = (
    Collection(
        "regions",
        _("Regions"),
        _("Divisions from the province to the community, as they lie today or lay on a day."),
        "MultiPolygon",
        {
            "code": "string", "name": "string", "name_en": "string", "tier": "string",
            "parent": "string", "centre_lon": "number", "centre_lat": "number", **_IN_FORCE,
        },
        ("code", "tier", "parent"),
    ),
    Collection(
        "grids",
        _("Grids"),
        _("The grids of every layer, as they lie today or lay on a day."),
        "MultiPolygon",
        {
            "code": "string", "name": "string", "layer": "string", "kind": "string",
            "community": "string", "households": "integer", **_IN_FORCE,
        },
        ("code", "community", "layer", "kind"),
    ),
    Collection(
        "cells",
        _("Cells"),
        _("The cells of about 10,000 m², as they lie today or lay on a day."),
        "MultiPolygon",
        {
            "code": "string", "community": "string", "grid": "string", "grade": "string",
            "area_m2": "number", "land_use": "string", **_IN_FORCE,
        },
        ("code", "community", "grid", "grade"),
    ),
)  # fmt: skip
_CASES = Collection(
    "cases",
    _("Cases"),
    _("What the token's post may see, newest first; datetime is the moment of the report."),
    "Point",
    {
        "number": "string", "stage": "string", "class": "string", "class_name": "string",
        "urgency": "string", "handling": "string", "channel": "string", "address": "string",
        "grid": "string", "community": "string", "street": "string", "district": "string",
        "unit": "string", "light": "string", "reported_at": "date-time", "due_at": "date-time",
        "suspended_until": "date",
    },
    (
        "stage", "class", "region", "grid", "unit", "channel", "urgency", "handling", "light",
        "suspended", "queue", "q",
    ),
    grant="cases.see",
)  # fmt: skip
_COMPONENTS = Collection(
    "components",
    _("Components"),
    _("What the token's post may see of the register, by code; without a state all but removed."),
    "Point",
    {
        "code": "string", "class": "string", "class_name": "string", "name": "string",
        "state": "string", "condition": "string", "address": "string", "community": "string",
        "grid": "string", "cell": "string", "owner": "string", "responsible": "string",
        "maintainer": "string", "installed_on": "date", "changed_on": "date",
    },
    ("class", "state", "region", "grid", "cell", "unit", "q"),
    grant="components.see",
)  # fmt: skip
COLLECTIONS = {one.name: one for one in (*_GROUND, _CASES, _COMPONENTS)}
#: What the answers hold to (17-069r4, 18-058r1).
CONFORMS_TO = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
