"""The catalogue, and the rows an import left out, as files that Excel opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date

from django.utils.translation import gettext as _

from linli.catalogue.models import CaseClass, Edition, FilingCondition
from linli.catalogue.queries import current, responsibilities
from linli.catalogue.rules import Kind, Limit, LimitUnit, Role, limit_zh
from linli.catalogue.services.classes import GOAL_ZH
from linli.catalogue.services.sheets.columns import COLUMNS, KIND_COLUMN, KIND_ZH
from linli.catalogue.services.sheets.rows import BadRow
from linli.kernel.cells import csv_bytes, guarded

_GOAL_WORDS = {code: word for word, code in GOAL_ZH.items()}
_WIDTHS = {"filing_text": 50, "closing_text": 30, "units": 28, "supervisors": 24, "name": 18}


def export_sheet(
    *, edition: Edition, on: date, form: str = "xlsx", region_id: int | None = None
) -> bytes:
    """The classes in use of an edition with their conditions in force on that day.

    `form` is xlsx (two sheets, 部件 and 事件) or csv (with a column 类型). Units are those
    responsible in `region_id`, and the names that are not linked yet. `import_sheet` reads it
    back. Two queries, four more when the catalogue has changed.
    """
    tables = {kind: list(_cells(edition, kind, on, region_id)) for kind in Kind}
    return _csv(tables) if form == "csv" else _xlsx(tables)


def error_file(bad: Iterable[BadRow]) -> bytes:
    """The rows an import left out, as CSV for Excel: where, which column, why, and the cells."""
    head = [_("Sheet"), _("Row"), _("Column"), _("Reason"), KIND_COLUMN, *COLUMNS.values()]
    return csv_bytes(head, (_bad_cells(row) for row in bad))


def _bad_cells(row: BadRow) -> list[object]:
    kind = KIND_ZH[row.line.kind] if row.line.kind else ""
    cells = [row.line.cells.get(column, "") for column in COLUMNS]
    return [row.line.sheet, row.line.number, row.column, row.reason, kind, *cells]


def _cells(edition: Edition, kind: Kind, on: date, region_id: int | None) -> Iterator[list[str]]:
    catalogue = current()
    owners = _owners(on, region_id)
    for case_class in catalogue.all_classes:
        if case_class.edition_id != edition.pk or not case_class.active or case_class.kind != kind:
            continue
        for condition in catalogue.conditions_for(case_class, on=on):
            yield _line(case_class, condition, owners.get(case_class.pk, {}))


def _owners(on: date, region_id: int | None) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    if region_id is None:
        return found
    rows = responsibilities(on=on).filter(region_id=region_id).exclude(case_class=None)
    # Lead before co: the first name of a cell is the lead when it is read back.
    for row in sorted(rows, key=lambda row: (row.role != Role.LEAD, row.pk)):
        column = "supervisors" if row.role == Role.SUPERVISE else "units"
        by_column = found.setdefault(row.case_class_id or 0, {})
        by_column.setdefault(column, []).append(row.unit.name)
    return found


def _line(
    case_class: CaseClass, condition: FilingCondition, owners: dict[str, list[str]]
) -> list[str]:
    def limit(amount: object, unit: str) -> str:
        return limit_zh(Limit(amount, LimitUnit(unit))) if amount is not None else ""  # type: ignore[arg-type]  # a DecimalField

    units = [*owners.get("units", []), case_class.unlinked_units]
    supervisors = [*owners.get("supervisors", []), case_class.unlinked_supervisors]
    values = {
        "major_code": case_class.major_code,
        "major_name": case_class.major_name,
        "minor_code": case_class.minor_code,
        "name": case_class.name,
        "units": "、".join(filter(None, units)),
        "supervisors": "、".join(filter(None, supervisors)),
        "filing_text": condition.filing_text,
        "closing_text": condition.closing_text,
        "limit": limit(condition.limit_b, condition.unit_b),
        "limit_a": limit(condition.limit_a, condition.unit_a),
        "limit_b": limit(condition.limit_b, condition.unit_b),
        "limit_c": limit(condition.limit_c, condition.unit_c),
        "urgent_limit": limit(condition.urgent_limit, condition.urgent_unit),
        "note": condition.note,
        "goal": _GOAL_WORDS.get(case_class.goal, ""),
        "icon": case_class.icon,
        "public": "是" if case_class.public else "否",
        "major_name_en": case_class.major_name_en,
        "name_en": case_class.name_en,
        "filing_text_en": condition.filing_text_en,
        "closing_text_en": condition.closing_text_en,
        "source": condition.source,
    }
    return [guarded(values[column]) for column in COLUMNS]


def _csv(tables: dict[Kind, list[list[str]]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([KIND_COLUMN, *COLUMNS.values()])
    for kind, lines in tables.items():
        writer.writerows([KIND_ZH[kind], *line] for line in lines)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(tables: dict[Kind, list[list[str]]]) -> bytes:
    import xlsxwriter  # six megabytes that few requests need

    out = io.BytesIO()
    # Every cell is text: codes keep their zeros, and nothing becomes a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#EEF1F4"})
        for kind, lines in tables.items():
            sheet = book.add_worksheet(KIND_ZH[kind])
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
            sheet.freeze_panes(1, 0)
            for index, (column, header) in enumerate(COLUMNS.items()):
                sheet.set_column(index, index, _WIDTHS.get(column, 12), text)
                sheet.write_string(0, index, header, head)
            for number, line in enumerate(lines, start=1):
                for index, cell in enumerate(line):
                    sheet.write_string(number, index, cell, text)
    return out.getvalue()
