"""The register written out, in words that imports read back: CSV, GeoJSON, GeoPackage, Excel.

Rows come by code, some thousand at a time, each lot found by the list's own indexes: little memory,
and no long reading of the table.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from linli.audit.services import record
from linli.components import policy
from linli.components.models import Care, Component
from linli.components.queries import Cut, codes_in, count_in, cuts_for, cuts_of
from linli.components.rules.codes import text_of
from linli.components.rules.filters import ComponentFilter
from linli.components.rules.states import Condition, State
from linli.errands.rules import ErrandKind, MadeFile, Outcome
from linli.kernel import progress
from linli.kernel.cells import guarded, unmistakable
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.staff.models import User

HEADINGS = ("ObjID", "ObjName", "DeptName1", "DeptName2", "DeptName3", "BGID", "ObjState",
            "Condition", "ORDate", "CHDate", "Address", "Note")  # fmt: skip
PLACE = ("Lon", "Lat", "WKT")  # the last only of lines and areas
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHEET_ROWS = 1_048_575  # of Excel, without the headings
_AT_ONCE = 5_000


class Line(NamedTuple):
    """A component: its texts in the order of HEADINGS, its place, its shape where it has one."""

    texts: tuple[str, ...]
    lon: float
    lat: float
    shape: Any  # shapely, or None


def write_register(cuts: list[Cut], path: Path, kind: str) -> int:
    """Write what fits to `path`, as one of TYPES. Returns how many.

    Tells kernel.progress how far it is. Raises BadInput for more than a sheet of Excel holds.
    """
    found = count_in(cuts)
    if kind == "xlsx":
        _refuse_more_than_a_sheet(found.count)
    lots = _told(_lots(cuts), found.count if found.exact else None)
    return _WRITERS[kind](lots, path)


def _refuse_more_than_a_sheet(count: int) -> None:
    if count > SHEET_ROWS:
        raise BadInput(
            _("A sheet of Excel holds %(most)s components. Choose CSV, or narrow the list.")
            % {"most": f"{SHEET_ROWS:,}"},
            field="kind",
        )


def write_csv(cuts: list[Cut], file: IO[str]) -> int:
    """The register as CSV, to a file that is open."""
    return _csv_into(_lots(cuts), file)


def everything(wanted: ComponentFilter) -> list[Cut]:
    """What fits, for whoever runs the program itself. Raises BadInput."""
    return cuts_of([policy.Scope()], wanted)


def file_name(kind: str, now: datetime) -> str:
    """`components-20260310-1000.csv`, by the city's clock."""
    return f"components-{timezone.localtime(now):%Y%m%d-%H%M}.{kind}"


def record_export(*, actor: User, wanted: ComponentFilter, kind: str, now: datetime) -> None:
    """Note in the access log what is taken away: the filter without its words."""
    record(
        actor=actor,
        action="components.exported",
        object_type="component_list",
        object_id=kind,
        now=now,
        detail={"filter": {name: one for name, one in wanted.query().items() if name != "q"}},
    )


def export_for(actor: User, wanted: ComponentFilter, kind: str, now: datetime) -> tuple[int, Any]:
    """What `actor` sees of `wanted`, as an open file without a name; the reader closes it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name(kind, now)
        count = write_register(cuts_for(actor, wanted), path, kind)
        return count, path.open("rb")


def _export(actor: User, asks: Mapping[str, Any], now: datetime) -> Outcome:
    wanted, kind = ComponentFilter.parse(dict(asks["query"])), str(asks["kind"])
    progress.tell(0, None, _("Counting the components"))
    count, content = export_for(actor, wanted, kind, now)
    words = ngettext("%(count)s component.", "%(count)s components.", count)
    made = MadeFile(file_name(kind, now), TYPES[kind], content)
    return Outcome(words % {"count": f"{count:,}"}, made)


EXPORT = ErrandKind(
    code="components.export", label=gettext_lazy("Export of components"),
    grant=policy.GRANT_EXPORT, work=_export, icon="file-export",
)  # fmt: skip


# -- rows ----------------------------------------------------------------------------------------
def _lots(cuts: list[Cut]) -> Iterator[list[Line]]:
    """Components by code. Two queries a lot, and one for who cares for them."""
    carers = {care.pk: _carers(care) for care in _cares()}
    after = 0
    while codes := codes_in(cuts, after=after, size=_AT_ONCE):
        rows = Component.objects.filter(pk__in=codes).order_by("code").values_list(
            "code", "name", "care_id", "cell__code", "state", "condition", "installed_on",
            "changed_on", "wording__text", "note", "place", "shape",
        )  # fmt: skip
        yield [_line(carers, *row) for row in rows]
        after = codes[-1]


def _line(
    carers: Mapping[int, tuple[str, ...]], code: int, name: str, care: int, cell: str | None,
    state: int, condition: int, installed: Any, changed: Any, address: str | None, note: str,
    place: Any, shape: Any,
) -> Line:  # fmt: skip
    days = (day.isoformat() if day else "" for day in (installed, changed))
    texts = (text_of(code), name, *carers[care], cell or "", State(state).word,
             Condition(condition).word, *days, address or "", note)  # fmt: skip
    drawn = None if shape is None else shapely.from_wkb(bytes(shape.wkb))
    return Line(texts, place.x, place.y, drawn)


def _told(lots: Iterator[list[Line]], total: int | None) -> Iterator[list[Line]]:
    done = 0
    for lot in lots:
        yield lot
        done += len(lot)
        progress.tell(done, total, pgettext("export", "Writing rows"))


def _cares() -> Any:
    return Care.objects.select_related("owner", "responsible", "maintainer")


def _carers(care: Care) -> tuple[str, ...]:
    """The three units by code, which imports know again; names where there is no unit."""
    return (
        care.responsible.code if care.responsible else care.responsible_name,
        care.owner.code if care.owner else care.owner_name,
        care.maintainer.code if care.maintainer else care.maintainer_name,
    )


# -- the four kinds ------------------------------------------------------------------------------
def _csv(lots: Iterator[list[Line]], path: Path) -> int:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        return _csv_into(lots, file)


def _csv_into(lots: Iterator[list[Line]], file: IO[str]) -> int:
    writer, count = csv.writer(file), 0
    writer.writerow((*HEADINGS, *PLACE))
    for lot in lots:
        writer.writerows((*map(guarded, one.texts), *_place(one)) for one in lot)
        count += len(lot)
    return count


def _place(one: Line) -> tuple[str, str, str]:
    wkt = "" if one.shape is None else shapely.to_wkt(one.shape, rounding_precision=-1)
    return f"{one.lon:.7f}", f"{one.lat:.7f}", wkt


def _geojson(lots: Iterator[list[Line]], path: Path) -> int:
    """RFC 7946; a feature a line."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[')
        for lot in lots:
            for one in lot:
                file.write(",\n" if count else "\n")
                json.dump(_feature(one), file, ensure_ascii=False, separators=(",", ":"))
                count += 1
        file.write("\n]}\n")
    return count


def _feature(one: Line) -> dict[str, Any]:
    shape = shapely.Point(one.lon, one.lat) if one.shape is None else one.shape
    texts = map(unmistakable, one.texts)
    properties = {name: text for name, text in zip(HEADINGS, texts, strict=True) if text}
    geometry = shapely.geometry.mapping(shape)
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _geopackage(lots: Iterator[list[Line]], path: Path) -> int:
    import pyogrio  # GDAL: fifteen megabytes that few processes need

    count = 0
    for lot in _at_least_one(lots):
        columns = zip(*(map(unmistakable, one.texts) for one in lot), strict=True)
        fields = [np.array(column, dtype=object) for column in columns]
        shapes = [one.shape or shapely.Point(one.lon, one.lat) for one in lot]
        pyogrio.raw.write(
            path,
            geometry=np.array([shapely.to_wkb(one) for one in shapes], dtype=object),
            field_data=fields or [np.array([], dtype=object) for _one in HEADINGS],
            fields=np.array(HEADINGS, dtype=object),
            layer="components",
            driver="GPKG",
            geometry_type="Unknown",
            crs="EPSG:4326",
            append=path.exists(),
        )
        count += len(lot)
    return count


def _at_least_one(lots: Iterator[list[Line]]) -> Iterator[list[Line]]:
    """The lots; an empty one where there is none, so that the layer is there."""
    yield next(lots, [])
    yield from lots


def _workbook(lots: Iterator[list[Line]], path: Path) -> int:
    import xlsxwriter  # six megabytes that few requests need

    book = xlsxwriter.Workbook(
        path,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False},
    )  # fmt: skip
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(_("Components"))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(HEADINGS) + len(PLACE) - 1, 18, text)
    for column, heading in enumerate((*HEADINGS, *PLACE)):
        sheet.write_string(0, column, heading, text)
    count = 0
    for lot in lots:
        _refuse_more_than_a_sheet(count + len(lot))
        for one in lot:
            count += 1
            for column, value in enumerate((*map(unmistakable, one.texts), *_place(one))):
                if value:
                    sheet.write_string(count, column, value, text)
    book.close()
    return count


_WRITERS = {"csv": _csv, "geojson": _geojson, "gpkg": _geopackage, "xlsx": _workbook}
