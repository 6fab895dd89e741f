"""What every import shares: the report, the door for coordinates, and COPY."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely
from django.db import connection, models
from django.utils.translation import gettext as _

from linli.kernel.cells import guarded
from linli.kernel.progress import counted
from linli.territory.rules.coordinates import CHINA, CRS, to_wgs84
from linli.territory.rules.sheets import Row

Wanted = Literal["area", "line", "point"]
_PARTS = {"area": "Polygon", "line": "LineString", "point": "Point"}
_MULTI = {"area": shapely.MultiPolygon, "line": shapely.MultiLineString}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken: its number in the file, its key, the field and what to do."""

    number: int
    key: str
    field: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """What an import did, or (`dry_run`) would do."""

    dry_run: bool
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def reject(self, row: Row, field_name: str, reason: str, key: str = "") -> None:
        """Leave `row` out."""
        key = key or row.values.get("code", "")
        self.rejected.append(Rejected(row.number, key, field_name, reason))

    def write_rejected(self, path: Path) -> None:
        """The rejected rows as CSV that spreadsheets open: row, key, field, reason."""
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("row", "key", "field", "reason"))
            for one in sorted(self.rejected, key=lambda rejected: rejected.number):
                cells = (str(one.number), one.key, one.field, one.reason)
                writer.writerow(map(guarded, cells))


def admitted(
    rows: Iterable[Row], report: ImportReport, *, crs: CRS, wanted: Wanted, needed: bool = True
) -> list[tuple[Row, shapely.Geometry | None]]:
    """The rows whose geometry may come in, with it in WGS84 and of one kind; the others are
    rejected. Without `needed` a row without geometry passes."""
    rows = list(rows)
    shapes = _converted([row.shape for row in rows], crs)
    reasons = shapely.is_valid_reason(shapes)
    boxes = shapely.bounds(shapes)
    passed: list[tuple[Row, shapely.Geometry | None]] = []
    for row, shape, why, box in zip(rows, shapes, reasons, boxes, strict=True):
        fault = row.fault or _geometry_fault(shape, why, box, wanted, needed)
        if fault:
            report.reject(row, "geometry", fault)
        else:
            passed.append((row, _in_kind(shape, wanted)))
    return passed


def _converted(shapes: Sequence[shapely.Geometry | None], crs: CRS) -> Any:
    flat = shapely.force_2d(np.array(shapes, dtype=object))
    if crs is CRS.WGS84:
        return flat

    def convert(points: Any) -> Any:
        return np.column_stack(to_wgs84(points[:, 0], points[:, 1], crs))

    with np.errstate(all="ignore"):  # foreign coordinates are refused afterwards
        return shapely.transform(flat, convert)


def _geometry_fault(
    shape: shapely.Geometry | None, why: str | None, box: Any, wanted: Wanted, needed: bool
) -> str:
    if shape is None:
        return _("The geometry is missing: give WKT, or lon and lat.") if needed else ""
    if shape.is_empty:
        return _("The geometry is empty.")
    kind = shape.geom_type.removeprefix("Multi")
    if kind != _PARTS[wanted] or (wanted == "point" and shape.geom_type != "Point"):
        return _("The geometry must be a %(wanted)s, not a %(kind)s.") % {
            "wanted": _PARTS[wanted],
            "kind": shape.geom_type,
        }
    west, south, east, north = box.tolist()
    if not (CHINA[0] <= west and CHINA[1] <= south and east <= CHINA[2] and north <= CHINA[3]):
        return _("The coordinates lie outside China: check the order (lon, lat) and the unit.")
    if why != "Valid Geometry":
        return _("The geometry is not valid (%(why)s): repair it first.") % {"why": why}
    return ""


def _in_kind(shape: shapely.Geometry | None, wanted: Wanted) -> shapely.Geometry | None:
    if shape is None or wanted == "point" or shape.geom_type.startswith("Multi"):
        return shape
    return _MULTI[wanted]([shape])


def ewkb(shape: shapely.Geometry) -> str:
    """Hexadecimal EWKB with the reference system, as COPY takes it."""
    text: str = shapely.to_wkb(shapely.set_srid(shape, 4326), hex=True, include_srid=True)
    return text


def copy_in(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows (by column name, geometry as shapely) through COPY; returns their new ids.

    About 30,000 rows a second with history triggers on; constraints and triggers hold.
    """
    if not rows:
        return []
    table = model._meta.db_table
    columns = list(rows[0])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, len(rows)],
        )
        ids = [row[0] for row in cursor.fetchall()]
        names = ", ".join(f'"{name}"' for name in ("id", *columns))
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            numbered = zip(ids, rows, strict=True)
            for row_id, row in counted(numbered, total=len(rows), says=_("Writing rows")):
                copy.write_row((row_id, *(_copied(row[name]) for name in columns)))
    return ids


def _copied(value: Any) -> Any:
    return ewkb(value) if isinstance(value, shapely.Geometry) else value


def binary(shape: shapely.Geometry | None) -> bytes | None:
    """WKB as `ST_AsBinary` gives it: equal bytes are equal outlines."""
    return None if shape is None else bytes(shapely.to_wkb(shape, byte_order=1, include_srid=False))
