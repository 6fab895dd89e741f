"""Checked rows on their way into the tables: inserted, changed by a new version, or the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from linli.kernel.errors import Refused
from linli.kernel.progress import counted
from linli.territory.models import Cell, CellVersion, Grid, GridVersion, Region, RegionVersion
from linli.territory.rules.coordinates import CRS
from linli.territory.rules.sheets import Row
from linli.territory.services.changes import geos, renew_version
from linli.territory.services.loading import ImportReport, binary, copy_in

Kind = Literal["region", "grid", "cell"]
_OWNERS: dict[Kind, Any] = {"region": Region, "grid": Grid, "cell": Cell}
_VERSIONS: dict[Kind, Any] = {"region": RegionVersion, "grid": GridVersion, "cell": CellVersion}


@dataclass(slots=True)
class Item:
    """A checked row on its way into the tables."""

    row: Row
    code: str
    owner: dict[str, Any]
    version: dict[str, Any]


@dataclass(slots=True)
class Import:
    """One import: its report, from which day it holds, and how it was measured."""

    report: ImportReport
    from_date: date
    crs: CRS


def store(kind: Kind, items: list[Item], run: Import) -> None:
    """Insert what is new, change what differs, count what is the same."""
    existing = _existing(kind, [item.code for item in items])
    new = [item for item in items if item.code not in existing]
    owners = [
        {"code": item.code, **item.owner, "valid_from": run.from_date, "valid_to": None}
        for item in new
    ]
    if kind == "region":
        owners = [{**owner, "path": ""} for owner in owners]  # a trigger knows the path
    ids = copy_in(_OWNERS[kind], owners)
    during = f"[{run.from_date.isoformat()},)"
    copy_in(
        _VERSIONS[kind],
        [
            {f"{kind}_id": owner_id, **item.version, "during": during, "crs_source": run.crs.value}
            for owner_id, item in zip(ids, new, strict=True)
            if item.version["outline"] is not None
        ],
    )
    run.report.new += len(new)
    for item in counted(items, says=_("Comparing with what is there")):
        if item.code in existing:
            _update(kind, item, existing[item.code], run)


def _existing(kind: Kind, codes: list[str]) -> dict[str, dict[str, Any]]:
    columns = {
        "region": "o.name, o.name_en, o.tier, o.parent_id,"
        " ST_AsBinary(v.centre_place, 'NDR') AS centre_place",
        "grid": "o.name, o.community_id, o.layer, o.kind, o.households, o.parent_id",
        "cell": "o.community_id, o.land_use, v.grade, v.grid_id",
    }[kind]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.id, o.code, o.valid_to, ST_AsBinary(v.outline, 'NDR') AS outline, {columns}"
            f" FROM territory_{kind} o LEFT JOIN territory_{kind}version v"
            f" ON v.{kind}_id = o.id AND upper_inf(v.during) WHERE o.code = ANY(%s)"
            " ORDER BY o.valid_to NULLS LAST",
            [codes],
        )
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row["code"]: row for row in reversed(rows)}


def _bytes(kept: Any) -> bytes | None:
    return None if kept is None else bytes(kept)


def _update(kind: Kind, item: Item, now: dict[str, Any], run: Import) -> None:
    if now["valid_to"] is not None:
        reason = _("This code ended on %(day)s. Codes are never used again: choose another.")
        run.report.reject(item.row, "code", reason % {"day": now["valid_to"]}, item.code)
        return
    owner = {name: value for name, value in item.owner.items() if now[name] != value}
    version: dict[str, Any] = {
        name: item.version[name]
        for name in ("grade", "grid_id")
        if name in item.version and now[name] != item.version[name]
    }
    centre = item.version.get("centre_place")
    if centre is not None and _bytes(now["centre_place"]) != binary(centre):
        version["centre_place"] = geos(centre)
    outline = item.version["outline"]
    kept = _bytes(now["outline"])
    if outline is not None and kept != binary(outline):
        version |= {"outline": geos(outline), "crs_source": run.crs.value}
        if kind == "cell":
            version["area_m2"] = item.version["area_m2"]
    if not owner and not version:
        run.report.same += 1
        return
    try:
        with transaction.atomic():
            if owner:
                _OWNERS[kind].objects.filter(pk=now["id"]).update(**owner)
            if version:
                renew_version(
                    kind=kind, target_id=now["id"], from_date=run.from_date, changes=version
                )
    except Refused as refusal:
        run.report.reject(item.row, refusal.field or "from_date", str(refusal), item.code)
        return
    run.report.changed += 1
