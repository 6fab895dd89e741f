"""Importing what the base map and the geocoder stand on; known again by `source_key`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.kernel.progress import counted
from linli.kernel.text import bigrams, clean
from linli.territory.models import (
    Address,
    Building,
    PlaceName,
    Road,
    RoadKind,
    Surface,
    SurfaceKind,
)
from linli.territory.queries.places import locate_many
from linli.territory.rules.coordinates import CRS
from linli.territory.rules.sheets import Row
from linli.territory.services.loading import ImportReport, Wanted, admitted, copy_in

Values = Mapping[str, str]


def import_roads(
    *, rows: Iterable[Row], crs: CRS = CRS.WGS84, dry_run: bool = False
) -> ImportReport:
    """Roads from columns source_key, name, kind, and a line."""
    return _import(Road, "route", "line", _road, rows, crs, dry_run)


def import_buildings(
    *, rows: Iterable[Row], crs: CRS = CRS.WGS84, dry_run: bool = False
) -> ImportReport:
    """Buildings from columns source_key, name, number, floors, height_m, address; an outline."""
    return _import(Building, "outline", "area", _building, rows, crs, dry_run)


def import_surfaces(
    *, rows: Iterable[Row], crs: CRS = CRS.WGS84, dry_run: bool = False
) -> ImportReport:
    """Water, green and the like from columns source_key, kind, name, and an outline."""
    return _import(Surface, "outline", "area", _surface, rows, crs, dry_run)


def import_place_names(
    *, rows: Iterable[Row], crs: CRS = CRS.WGS84, dry_run: bool = False
) -> ImportReport:
    """Names on the map from columns source_key, name, kind, and a point."""
    return _import(PlaceName, "place", "point", _place_name, rows, crs, dry_run)


def import_addresses(
    *, rows: Iterable[Row], crs: CRS = CRS.WGS84, dry_run: bool = False
) -> ImportReport:
    """Addresses from columns source_key, text, street, number, compound, building, unit, room, and
    a point. A text not given is put together from its parts; the community is found by place."""
    return _import(Address, "place", "point", _address, rows, crs, dry_run)


def _import(
    model: type[models.Model],
    geometry: str,
    wanted: Wanted,
    read: Any,
    rows: Iterable[Row],
    crs: CRS,
    dry_run: bool,
) -> ImportReport:
    report = ImportReport(dry_run)
    with transaction.atomic():
        made: list[dict[str, Any]] = []
        seen: set[str] = set()
        passed = admitted(rows, report, crs=crs, wanted=wanted)
        for row, shape in counted(passed, says=_("Checking rows")):
            key = row.values.get("source_key", "")[:60]
            if key and key in seen:
                report.reject(row, "source_key", _("The key stands twice in this file."), key)
                continue
            seen.add(key)
            try:
                values = read(row.values)
            except BadInput as fault:
                report.reject(row, fault.field or "", str(fault), key)
                continue
            made.append({"source_key": key, "crs_source": crs.value, **values, geometry: shape})
        if model is Address:
            _find_communities(made)
        _replace(model, made, report)
        transaction.set_rollback(dry_run)
    return report


def _replace(model: type[models.Model], made: list[dict[str, Any]], report: ImportReport) -> None:
    """Rows whose key is known take the place of the old ones."""
    keys = [row["source_key"] for row in made if row["source_key"]]
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE source_key = ANY(%s)", [keys])
        report.changed += cursor.rowcount
    copy_in(model, made)
    report.new += len(made) - report.changed


def _find_communities(made: list[dict[str, Any]]) -> None:
    if not made:
        return
    places = shapely.get_coordinates([row["place"] for row in made])
    found = locate_many(places[:, 0], places[:, 1])
    for row, community_id in zip(made, found.community_id.tolist(), strict=True):
        row["community_id"] = community_id or None


def _text(values: Values, name: str, most: int = 100, least: int = 0) -> str:
    return clean(values.get(name, ""), field=name, most=most, least=least)


def _choice(values: Values, name: str, choices: list[str], other: str) -> str:
    given = values.get(name, "")
    if given and given not in choices:
        raise BadInput(_("One of: ") + ", ".join(choices), field=name)
    return given or other


def _number(values: Values, name: str, most: float) -> float | None:
    given = values.get(name, "")
    if not given:
        return None
    try:
        number = float(given)
    except ValueError:
        number = -1
    if not 0 <= number <= most:
        raise BadInput(_("A number from 0 to %(most)d is needed.") % {"most": most}, field=name)
    return number


def _road(values: Values) -> dict[str, Any]:
    name = _text(values, "name")
    kind = _choice(values, "kind", RoadKind.values, RoadKind.RESIDENTIAL.value)
    return {"name": name, "kind": kind, "bigrams": bigrams(name)}


def _building(values: Values) -> dict[str, Any]:
    floors = _number(values, "floors", 200)
    name, number = _text(values, "name"), _text(values, "number", 30)
    address = _text(values, "address", 300)
    return {
        "name": name,
        "number": number,
        "floors": None if floors is None else round(floors),
        "height_m": _number(values, "height_m", 1_000),
        "address": address,
        "bigrams": bigrams(f"{address} {name} {number}"),
    }


def _surface(values: Values) -> dict[str, Any]:
    kind = _choice(values, "kind", SurfaceKind.values, SurfaceKind.OTHER.value)
    return {"name": _text(values, "name"), "kind": kind}


def _place_name(values: Values) -> dict[str, Any]:
    name = _text(values, "name", least=1)
    return {"name": name, "kind": _text(values, "kind", 30), "bigrams": bigrams(name)}


def _address(values: Values) -> dict[str, Any]:
    parts = {
        "street_name": _text({"street": values.get("street", "")}, "street"),
        "number": _text(values, "number", 30),
        "compound": _text(values, "compound"),
        "building": _text(values, "building", 30),
        "unit": _text(values, "unit", 30),
        "room": _text(values, "room", 30),
    }
    given = values.get("text") or values.get("address") or "".join(parts.values())
    text = clean(given, field="text", most=300, least=1)
    return {"text": text, **parts, "community_id": None, "bigrams": bigrams(text)}
