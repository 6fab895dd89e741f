"""Lists of cases as files: row by row from a cursor of the database, in bounded memory."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from linli.audit.services import record
from linli.cases import queries as cases
from linli.cases.rules.filters import CaseFilter
from linli.desk.queries.listing import table_for_export
from linli.desk.rules.columns import clean_columns
from linli.errands.rules import ErrandKind, MadeFile, Outcome
from linli.kernel.progress import counted, tell

if TYPE_CHECKING:
    from linli.staff.models import User

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHEET_ROWS = 1_048_576  # what a sheet of Excel holds, its head included
CELL_LETTERS = 32_000  # a cell holds 32,767


def record_export(
    *, actor: User, wanted: CaseFilter, columns: list[str], kind: str, now: datetime
) -> None:
    """Note in the access log what is taken away: the filter without its words, and the columns."""
    record(
        actor=actor,
        action="cases.exported",
        object_type="case_list",
        object_id=kind,
        now=now,
        detail={
            "filter": {key: value for key, value in wanted.query().items() if key != "q"},
            "columns": columns,
        },
    )


def file_name(kind: str, now: datetime) -> str:
    """`cases-20260310-1000.xlsx`, by the city's clock."""
    return f"cases-{timezone.localtime(now):%Y%m%d-%H%M}.{kind}"


def export_cases(actor: User, asks: Mapping[str, Any], now: datetime) -> Outcome:
    """The errand: exactly the rows and columns of the list, of what `actor` may see now.

    `asks` holds `query` (of the list), `columns` and `kind` (csv, xlsx). Raises BadInput.
    """
    wanted = CaseFilter.parse(dict(asks["query"]))
    tell(0, None, _("Counting the cases"))
    total = cases.filtered(actor, wanted, now=now).order_by().count()
    table = table_for_export(actor, wanted, clean_columns(list(asks["columns"])), now=now)
    head = next(table)
    rows = counted(table, total=total, says=_("Writing rows"))
    tally = _Tally(rows)
    if asks["kind"] == "xlsx":
        content = workbook(head, tally, now)
    else:
        content = tempfile.TemporaryFile()  # noqa: SIM115  the runner closes it
        for piece in csv_pieces(head, tally):
            content.write(piece.encode())
    size = ngettext("%(rows)s case.", "%(rows)s cases.", tally.seen) % {"rows": f"{tally.seen:,}"}
    return Outcome(size, MadeFile(file_name(asks["kind"], now), TYPES[asks["kind"]], content))


CASES = ErrandKind(
    code="cases.export",
    label=gettext_lazy("Export of cases"),
    grant="cases.export",
    work=export_cases,
    icon="file-export",
)


class _Tally:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterable[list[str]]) -> None:
        self._rows, self.seen = rows, 0

    def __iter__(self) -> Iterator[list[str]]:
        for row in self._rows:
            self.seen += 1
            yield row


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_pieces(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """CSV, a line at a time."""
    writer = csv.writer(_Echo())
    yield "\ufeff"  # Excel needs it to read UTF-8
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow(row)


def workbook(
    head: list[str], rows: Iterable[list[str]], now: datetime, *, sheet_rows: int = SHEET_ROWS
) -> IO[bytes]:
    """A workbook in a temporary file, every cell text; a full sheet is followed by another one."""
    import xlsxwriter  # six megabytes that few requests need

    file = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    book = xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False},
    )  # fmt: skip
    book.use_zip64()  # many sheets can pass 4 GB
    book.set_properties({"created": timezone.localtime(now).replace(tzinfo=None)})
    text = book.add_format({"num_format": "@", "valign": "top"})
    bold = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    sheet: Any = None
    line, sheets = sheet_rows, 0
    for row in rows:
        if line >= sheet_rows:
            sheets += 1
            sheet, line = _new_sheet(book, sheets, head, bold, text), 1
        for column, value in enumerate(row):
            sheet.write_string(line, column, value[:CELL_LETTERS], text)
        line += 1
    if sheet is None:
        _new_sheet(book, 1, head, bold, text)
    book.close()
    file.seek(0)
    return file


def _new_sheet(book: Any, number: int, head: list[str], bold: Any, text: Any) -> Any:
    sheet = book.add_worksheet(_("Cases") if number == 1 else f"{_('Cases')} {number}")
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(head) - 1, 18, text)
    for column, label in enumerate(head):
        sheet.write_string(0, column, label, bold)
    return sheet
