"""Tables of figures as files that spreadsheets open."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from linli.evaluation.rules.scoring import DASH, rounded
from linli.kernel.cells import csv_bytes

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(
    kind: str, head: Sequence[str], rows: Sequence[Sequence[Any]], *, name: str, now: datetime
) -> HttpResponse:
    """The table as a file of a kind of TYPES, to be kept as `name` with the ending of its kind."""
    content = csv_file(head, rows) if kind == "csv" else workbook(head, rows, now=now)
    answer = HttpResponse(content, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def csv_file(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """CSV in UTF-8, as Excel reads it; a name is never a formula there."""
    return csv_bytes(head, ([_plain(value) for value in row] for row in rows))


def _plain(value: object) -> object:
    if value is None:
        return DASH
    return rounded(value, 4) if isinstance(value, Fraction) else value


def workbook(head: Sequence[str], rows: Sequence[Sequence[Any]], *, now: datetime) -> bytes:
    """A workbook: names are text, counts and values are numbers."""
    import xlsxwriter  # six megabytes that few requests need

    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": timezone.localtime(now).replace(tzinfo=None)})
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    points = book.add_format({"num_format": "0.0000"})
    sheet: Any = book.add_worksheet()
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, len(head), 12)
    for column, word in enumerate(head):
        sheet.write_string(0, column, word, bold)
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            match value:
                case int():
                    sheet.write_number(line, column, value)
                case Fraction():
                    sheet.write_number(line, column, float(rounded(value, 4)), points)
                case _:
                    sheet.write_string(line, column, DASH if value is None else str(value))
    book.close()
    return file.getvalue()
