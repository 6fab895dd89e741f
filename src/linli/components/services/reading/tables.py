"""CSV: UTF-8 or GB 18030, commas, semicolons or tabs, gzipped or not, of any length."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, cast

from django.utils.translation import gettext as _

from linli.components.services.reading.batches import SIZE, Batch, Reader
from linli.kernel.errors import BadInput

_LONGEST_LINE = 4 << 20  # bytes: longer is no line of an inventory
_PROBE = 1 << 20


class TableReader(Reader):
    """Reads lines; `position` is a byte of the (unpacked) file, so that a start again is a seek."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            self._packed = file.read(2) == b"\x1f\x8b"
        self.size = path.stat().st_size
        with _told(), self._open() as file:
            probe = file.read(_PROBE)
            self._encoding = _encoding_of(probe)
            file.seek(0)
            lines = _Lines(file, self._encoding)
            heading = next(iter(lines), "")
            self._delimiter = max(",;\t|", key=heading.count)
            csv.field_size_limit(_LONGEST_LINE)
            names = next(csv.reader([heading], delimiter=self._delimiter), [])
            self.headings = _distinct([name.strip().lstrip("\ufeff") for name in names])
            self._begin = lines.position
        if not any(self.headings):
            raise BadInput(_("The file has no heading line."), field="file")
        if self._packed:
            self.size = _unpacked_size(path)

    def batches(self, position: int, row: int, *, size: int = SIZE) -> Iterator[Batch]:
        csv.field_size_limit(_LONGEST_LINE)
        with _told(), self._open() as file:
            file.seek(position or self._begin)
            lines = _Lines(file, self._encoding)
            lines.position = position or self._begin
            rows = csv.reader(lines, delimiter=self._delimiter)
            while True:
                try:
                    found = list(islice(rows, size))
                except (csv.Error, UnicodeDecodeError) as error:
                    raise BadInput(
                        _(
                            "The CSV cannot be read near row %(row)d: %(why)s. Save it again as"
                            " UTF-8."
                        )
                        % {"row": row + rows.line_num, "why": str(error)[:120]},
                        field="file",
                    ) from None
                if not found:
                    return
                yield self._batch(found, row, lines.position)
                row += len(found)

    def _batch(self, found: list[list[str]], row: int, position: int) -> Batch:
        width = len(self.headings)
        faults: dict[int, str] = {}
        for at, cells in enumerate(found):
            if len(cells) == width:
                continue
            if len(cells) > width and any(one.strip() for one in cells[width:]):
                faults[at] = _("The row has %(cells)d cells, the heading %(width)d.") % {
                    "cells": len(cells),
                    "width": width,
                }
            found[at] = [*cells[:width], *([""] * (width - len(cells)))]
        columns = {
            name: list(cells)
            for name, cells in zip(self.headings, zip(*found, strict=True), strict=True)
        }
        return Batch(range(row, row + len(found)), columns, None, faults, position)

    def _open(self) -> IO[bytes]:
        if self._packed:
            return cast(IO[bytes], gzip.open(self._path))
        return self._path.open("rb")


class _Lines:
    """Decoded lines of a binary file, counting the bytes they took."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._file, self._encoding = file, encoding
        self.position = 0

    def __iter__(self) -> Iterator[str]:
        encoding, readline = self._encoding, self._file.readline
        while raw := readline(_LONGEST_LINE):
            self.position += len(raw)
            yield raw.decode(encoding)


class _told:
    """Damaged gzip and full disks in a sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, gzip.BadGzipFile | EOFError | zlib.error):
            raise BadInput(
                _("The file is damaged: it cannot be unpacked. Pack it again."), field="file"
            ) from None


def _encoding_of(probe: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            probe.decode(encoding)
        except UnicodeDecodeError as error:
            cut = len(probe) == _PROBE and error.start >= len(probe) - 4  # within a character
            if not cut:
                continue
        return encoding
    raise BadInput(_("The file is neither UTF-8 nor GB 18030 text."), field="file")


def _distinct(names: list[str]) -> list[str]:
    """Headings without repeats: the second “名称” becomes “名称 2”."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return found


def _unpacked_size(path: Path) -> int:
    """What gzip says of itself in its last four bytes; right below 4 GB, else a lower bound."""
    with path.open("rb") as file:
        file.seek(-4, 2)
        return max(path.stat().st_size, int.from_bytes(file.read(4), "little"))
