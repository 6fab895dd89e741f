"""GeoJSON (RFC 7946) feature by feature: a file of any length in little memory."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import shapely
from django.utils.translation import gettext as _

from linli.components.rules.columns import GEOMETRY
from linli.components.services.reading.batches import SIZE, Batch, Reader, runs
from linli.kernel.errors import BadInput

_CHUNK = 1 << 20  # characters
_LARGEST = 16 << 20  # one feature: larger is no component
_LOOKED_AT = 50  # features whose properties make the headings


class GeoJsonReader(Reader):
    """Reads features; `position` is the number of features read (starting again skips them)."""

    crs = "wgs84"

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            self._packed = file.read(2) == b"\x1f\x8b"
        names: dict[str, None] = {}
        for at, feature in enumerate(self._features()):
            if isinstance(feature, dict):
                names |= dict.fromkeys(map(str, feature.get("properties") or {}))
            if at >= _LOOKED_AT:
                break
        self.headings = [*names, GEOMETRY]
        self.size = 0  # how many there are is known at the end

    def batches(self, position: int, row: int, *, size: int = SIZE) -> Iterator[Batch]:
        for run in runs(self._features(), position, row, size):
            yield self._batch(*run)

    def _batch(self, features: list[Any], row: int, position: int) -> Batch:
        names = [name for name in self.headings if name != GEOMETRY]
        columns: dict[str, list[str]] = {name: [] for name in names}
        shapes: list[bytes | None] = []
        faults: dict[int, str] = {}
        for at, feature in enumerate(features):
            sound = isinstance(feature, dict)
            given = (feature.get("properties") if sound else None) or {}
            if not sound or not isinstance(given, dict):
                faults[at], given = _("This is no GeoJSON feature."), {}
            for name in names:
                value = given.get(name)
                columns[name].append("" if value is None else str(value).strip())
            shape, fault = _shape_of(feature if sound else {})
            shapes.append(shape)
            if fault:
                faults.setdefault(at, fault)
        return Batch(range(row, row + len(features)), columns, shapes, faults, position)

    def _features(self) -> Iterator[Any]:
        try:
            with self._open() as file:
                yield from _members(file)
        except (OSError, EOFError, UnicodeDecodeError, ValueError, RecursionError) as error:
            raise BadInput(
                _("The file is no GeoJSON FeatureCollection: %(why)s.") % {"why": str(error)[:120]},
                field="file",
            ) from None

    def _open(self) -> IO[str]:
        if self._packed:
            return cast(IO[str], gzip.open(self._path, "rt", encoding="utf-8-sig"))
        return self._path.open(encoding="utf-8-sig")


def _members(file: IO[str]) -> Iterator[Any]:
    """The members of the array “features”. Raises ValueError."""
    decode = json.JSONDecoder().raw_decode
    text = file.read(_CHUNK)
    while (begin := text.find('"features"')) < 0:
        more = file.read(_CHUNK)
        if not more or len(text) > _LARGEST:
            raise ValueError("there is no “features”")
        text += more
    at = text.index("[", begin) + 1
    while True:
        while True:
            rest = text[at : at + 64].lstrip(" \t\r\n,")
            if rest:
                at = text.index(rest[0], at)
                break
            at += 64
            if at >= len(text):
                text, at = file.read(_CHUNK), 0
                if not text:
                    raise ValueError("it ends in the middle")
        if text[at] == "]":
            return
        try:
            member, at = decode(text, at)
        except ValueError:
            more = file.read(_CHUNK)
            if not more or len(text) - at > _LARGEST:
                raise
            text, at = text[at:] + more, 0
            continue
        yield member
        if at > _CHUNK:
            text, at = text[at:], 0


def _shape_of(feature: dict[str, Any]) -> tuple[bytes | None, str]:
    geometry = feature.get("geometry")
    if geometry is None:
        return None, ""
    try:
        found = shapely.from_geojson(json.dumps(geometry))
    except (shapely.errors.ShapelyError, TypeError, ValueError) as error:
        return None, _("The geometry is no GeoJSON: %(why)s") % {"why": str(error)[:120]}
    wkb: bytes = shapely.to_wkb(shapely.force_2d(found))
    return wkb, ""
