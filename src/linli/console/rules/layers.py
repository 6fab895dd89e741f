"""The layers of the territory that pages import, and the columns each file has."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ImportLayer(NamedTuple):
    """A layer: its name, its columns, and whether it is versioned by day."""

    label: str | Promise
    columns: str
    dated: bool


LAYERS: Final[dict[str, ImportLayer]] = {
    "regions": ImportLayer(
        _("Regions"), "code, name, name_en, tier, parent, centre_lon, centre_lat, wkt", True
    ),
    "grids": ImportLayer(
        _("Grids"), "code, name, community, layer, kind, households, parent, wkt", True
    ),
    "cells": ImportLayer(_("Cells"), "code, community, grid, grade, land_use, wkt", True),
    "roads": ImportLayer(_("Roads"), "source_key, name, kind, wkt", False),
    "buildings": ImportLayer(
        _("Buildings"), "source_key, name, number, floors, height_m, address, wkt", False
    ),
    "surfaces": ImportLayer(
        _("Water, green and other areas"), "source_key, kind, name, wkt", False
    ),
    "place-names": ImportLayer(_("Place names"), "source_key, name, kind, lon, lat", False),
    "addresses": ImportLayer(
        _("Addresses"),
        "source_key, text, street, number, compound, building, unit, room, lon, lat",
        False,
    ),
}
DATED: Final = frozenset(key for key, layer in LAYERS.items() if layer.dated)
