"""Files into lines of text cells: xlsx, xls and CSV, with every bound a hostile file would test."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from linli.catalogue.rules import Kind
from linli.catalogue.services.sheets.columns import column_of, kind_of
from linli.kernel.cells import unguarded
from linli.kernel.errors import Refused

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_LINES = 20_000
_HEADER_WITHIN = 10
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # how .xlsx and .xls begin


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet: its cells by column, as text; `number` counts from 1 as Excel does."""

    sheet: str
    kind: Kind | None
    number: int
    cells: dict[str, str]


class UnreadableSheet(Refused):
    """The file is not a sheet of this form at all; no row of it was looked at."""

    code = "unreadable_sheet"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="file")


def lines_of(data: bytes, name: str, *, kind: str | None = None) -> list[Line]:
    """The filled lines of all sheets, in order. `kind` is for a CSV without a 类型 column.

    Raises UnreadableSheet.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableSheet(_("The file is larger than 20 MB. Split it."))
    given = Kind(kind) if kind else None
    lines: list[Line] = []
    tables = _workbook(data) if data.startswith((_ZIP, _OLE)) else _csv(data, name)
    for sheet, rows in tables:
        lines.extend(_lines(sheet, rows, given or kind_of(sheet)))
        if len(lines) > MOST_LINES:
            raise UnreadableSheet(_("The file has more than 20,000 rows. Split it."))
    if not lines:
        raise UnreadableSheet(
            _(
                "No table was found. The header row needs at least the columns 小类代码, 小类名称, "
                "立案条件, 结案条件 and 处置时限."
            )
        )
    return lines


def _workbook(data: bytes) -> Iterator[tuple[str, list[list[Any]]]]:
    from python_calamine import CalamineError, CalamineWorkbook  # late: few processes read sheets

    try:
        if data.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED_BYTES:
                    raise UnreadableSheet(_("The file unpacks to more than 200 MB. Split it."))
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in book.sheet_names:
            yield sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableSheet(
            _("The file cannot be read as an Excel workbook. Save it as .xlsx or .csv again.")
        ) from error


def _csv(data: bytes, name: str) -> Iterator[tuple[str, list[list[Any]]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")  # what Excel writes in China
        except UnicodeDecodeError:
            raise UnreadableSheet(
                _("The file is neither an Excel workbook nor text. Save it as .xlsx or .csv.")
            ) from None
    try:
        yield name, list(csv.reader(io.StringIO(text.replace("\0", ""), newline=""), strict=True))
    except csv.Error as error:
        raise UnreadableSheet(
            _("The CSV cannot be read: %(error)s. Save it again.") % {"error": error}
        ) from error


def _lines(sheet: str, rows: list[list[Any]], kind: Kind | None) -> Iterator[Line]:
    columns: list[str | None] = []
    for number, row in enumerate(rows, start=1):
        texts = [_text(cell) for cell in row]
        if not columns:
            if number <= _HEADER_WITHIN and _is_header(texts):
                columns = [column_of(text) for text in texts]
            continue
        cells = {
            column: text
            for column, text in zip(columns, texts, strict=False)
            if column is not None and text
        }
        if cells:
            own = kind_of(cells["kind"]) if "kind" in cells else kind
            yield Line(sheet, own, number, cells)


def _is_header(texts: Sequence[str]) -> bool:
    found = {column_of(text) for text in texts}
    return {"name", "filing_text"} <= found


def _text(cell: object) -> str:
    """A cell as text. Excel keeps 1 as 1.0; a guard against formulas is taken off again."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unguarded(str(cell if cell is not None else "").strip())
