"""Excel and OpenDocument sheets: the first sheet, headings in its first row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine
from django.utils.translation import gettext as _

from linli.components.services.reading.batches import SIZE, Batch, Reader, runs
from linli.components.services.reading.tables import _distinct
from linli.kernel.errors import BadInput


class SheetReader(Reader):
    """Reads rows; `position` is the number of rows read. A sheet has at most 1,048,576."""

    def __init__(self, path: Path) -> None:
        try:
            book = python_calamine.CalamineWorkbook.from_path(str(path))
            self._sheet = book.get_sheet_by_index(0)
        except (python_calamine.CalamineError, OSError, IndexError) as error:
            raise BadInput(
                _("The sheet cannot be read: %(why)s. Save it again as .xlsx.")
                % {"why": str(error)[:120]},
                field="file",
            ) from None
        first = next(iter(self._sheet.iter_rows()), [])
        self.headings = _distinct([_text(cell) for cell in first])
        if not any(self.headings):
            raise BadInput(_("The sheet has no heading row."), field="file")
        self.size = max(0, int(self._sheet.height) - 1)

    def batches(self, position: int, row: int, *, size: int = SIZE) -> Iterator[Batch]:
        below = islice(self._sheet.iter_rows(), 1, None)
        for found, first, following in runs(below, position, row, size):
            yield self._batch([self._texts(cells) for cells in found], first, following)

    def _texts(self, cells: list[Any]) -> list[str]:
        """A row as texts, as many as there are headings."""
        texts = [_text(cell) for cell in cells[: len(self.headings)]]
        return [*texts, *([""] * (len(self.headings) - len(texts)))]

    def _batch(self, rows: list[list[str]], row: int, position: int) -> Batch:
        columns = {
            name: list(cells)
            for name, cells in zip(self.headings, zip(*rows, strict=True), strict=True)
        }
        faults = {at: _("The row is empty.") for at, cells in enumerate(rows) if not any(cells)}
        return Batch(range(row, row + len(rows)), columns, None, faults, position)


def _text(cell: Any) -> str:
    """A cell as text. Numbers come as floats: whole ones lose the point; a code of 16 digits that
    was typed as a number has lost digits before it came here, and is refused by its check."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
