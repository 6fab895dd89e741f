"""Reading what cities have: CSV with a WKT or lon/lat column, and GeoJSON (RFC 7946)."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

_WKT_COLUMNS = ("wkt", "outline", "geometry", "route", "place")
MOST_UNPACKED = 4 << 30  # bytes: eleven million components are one and a half
LARGEST_FIELD = 8 * 1024 * 1024  # characters: a district's outline, not a bomb


@dataclass(frozen=True, slots=True)
class Row:
    """One line or feature: its number in the file (from 1, CSV headings not counted), its values
    as trimmed text by lower-case column, its shape, and why the shape could not be read."""

    number: int
    values: Mapping[str, str]
    shape: shapely.Geometry | None = None
    fault: str = ""


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a .csv, .geojson or .json file, also when gzipped.

    CSV is UTF-8 (a BOM is fine) or GB 18030. Raises BadInput if the file is none of these.
    """
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = _unpacked(raw)
        path = path.with_suffix("")
    text = _decoded(raw)
    if path.suffix.lower() in (".geojson", ".json"):
        yield from _geojson_rows(text)
    elif path.suffix.lower() == ".csv":
        yield from _csv_rows(text)
    else:
        raise BadInput(
            _("%(name)s is neither .csv nor .geojson. Please convert it.") % {"name": path.name},
            field="file",
        )


def _unpacked(raw: bytes) -> bytes:
    """Bounded, so that a bomb fills no memory."""
    try:
        with gzip.open(io.BytesIO(raw)) as packed:
            found = packed.read(MOST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error):
        raise BadInput(
            _("The file is damaged: it cannot be unpacked. Pack it again."), field="file"
        ) from None
    if len(found) > MOST_UNPACKED:
        raise BadInput(
            _("The file unpacks to more than %(most)d GB. Split it.")
            % {"most": MOST_UNPACKED >> 30},
            field="file",
        )
    return found


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadInput(_("The file is neither UTF-8 nor GB 18030 text."), field="file")


def _csv_rows(text: str) -> Iterator[Row]:
    csv.field_size_limit(LARGEST_FIELD)
    reader = csv.DictReader(text.splitlines())
    try:
        yield from _lines(reader)
    except csv.Error as error:
        raise BadInput(
            _("The CSV cannot be read at line %(line)d: %(why)s. Save it again.")
            % {"line": reader.line_num, "why": str(error)[:120]},
            field="file",
        ) from None


def _lines(reader: csv.DictReader[str]) -> Iterator[Row]:
    if not reader.fieldnames:
        raise BadInput(_("The file has no heading line."), field="file")
    for number, line in enumerate(reader, start=1):
        values = {
            str(name).strip().lower(): str(value or "").strip()
            for name, value in line.items()
            if name is not None
        }
        yield _with_shape(number, values)


def _with_shape(number: int, values: dict[str, str]) -> Row:
    for column in _WKT_COLUMNS:
        if wkt := values.pop(column, ""):
            try:
                return Row(number, values, shapely.from_wkt(wkt))
            except shapely.errors.ShapelyError as error:
                fault = _("The geometry is no WKT: %(why)s") % {"why": str(error)[:120]}
                return Row(number, values, None, fault)
    if values.get("lon") and values.get("lat"):
        try:
            return Row(number, values, shapely.Point(float(values["lon"]), float(values["lat"])))
        except ValueError:
            return Row(number, values, None, _("lon and lat must be numbers."))
    return Row(number, values)


def _geojson_rows(text: str) -> Iterator[Row]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            _("The file is no JSON: %(why)s") % {"why": str(error)[:120]}, field="file"
        ) from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise BadInput(_("The file is no GeoJSON FeatureCollection."), field="file")
    for number, feature in enumerate(features, start=1):
        yield _feature_row(number, feature)


def _feature_row(number: int, feature: Any) -> Row:
    if not isinstance(feature, dict):
        return Row(number, {}, None, _("This is no GeoJSON feature."))
    given = feature.get("properties") or {}
    values = {
        str(name).lower(): "" if value is None else str(value).strip()
        for name, value in (given.items() if isinstance(given, dict) else ())
    }
    geometry = feature.get("geometry")
    if geometry is None:
        return Row(number, values)
    try:
        return Row(number, values, shapely.from_geojson(json.dumps(geometry)))
    except shapely.errors.ShapelyError as error:
        why = _("The geometry is no GeoJSON: %(why)s") % {"why": str(error)[:120]}
        return Row(number, values, None, why)
