"""Lines into checked rows: blanks filled from above, every cell read or named as wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from linli.catalogue.rules import UNIT_ZH, BadLimit, Limit, parse_limit
from linli.catalogue.services.classes import class_values, condition_values, goal_of
from linli.catalogue.services.sheets.columns import COLUMNS, KIND_COLUMN
from linli.catalogue.services.sheets.reading import Line
from linli.kernel.errors import BadInput

_OF_MAJOR = ("major_code", "major_name", "major_name_en")
# Merged over several classes in real sheets.
_OF_OWNER = ("units", "supervisors")
_OF_CLASS = ("minor_code", "name", "name_en", "public", "goal", "icon", "source")
_OF_CONDITION = (
    "closing_text",
    "closing_text_en",
    "limit",
    "limit_a",
    "limit_b",
    "limit_c",
    "urgent_limit",
)
_LIMITS = ("limit", "limit_a", "limit_b", "limit_c")
_YES = {"是", "y", "yes", "1", "true", "√"}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that was left out: which column is at fault, and what to do about it."""

    line: Line
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """A checked line: the values of a class and of one of its conditions."""

    line: Line
    class_fields: dict[str, str]
    public: bool | None  # None: the sheet does not say
    condition_fields: dict[str, object]
    units: tuple[str, ...]
    supervisors: tuple[str, ...]

    @property
    def code(self) -> str:
        """The code of the class."""
        return self.class_fields["code"]

    @property
    def filing_text(self) -> str:
        """The business key inside the class."""
        return str(self.condition_fields["filing_text"])


class _Fault(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


def checked(
    lines: Iterable[Line], *, plain_is_working: bool = True
) -> tuple[list[Row], list[BadRow]]:
    """The good rows and the bad ones, in the order of the file.

    Two lines with the same class and filing condition: the second is bad.
    """
    good: list[Row] = []
    bad: list[BadRow] = []
    seen: dict[tuple[str, str], int] = {}
    above: Line | None = None
    for raw in lines:
        line = _filled(raw, above)
        above = line
        try:
            row = _row(line, plain_is_working=plain_is_working)
            first = seen.setdefault((row.code, row.filing_text), line.number)
            if first != line.number:
                raise _Fault(
                    "filing_text",
                    _("The same class and filing condition stand in row %(row)d. Delete one.")
                    % {"row": first},
                )
        except _Fault as fault:
            bad.append(BadRow(raw, COLUMNS.get(fault.column, fault.column), fault.reason))
        else:
            good.append(row)
    return good, bad


def _filled(line: Line, above: Line | None) -> Line:
    """Blank cells take the value above them (merged cells), as far as they belong together."""
    if above is None or above.sheet != line.sheet or above.kind != line.kind:
        return line
    given, old = line.cells, above.cells
    inherited: list[str] = []
    same_major = given.get("major_code", old.get("major_code")) == old.get("major_code")
    if same_major:
        inherited += [*_OF_MAJOR, *_OF_OWNER]
    named = given.get("minor_code"), given.get("name")
    if same_major and (named == (None, None) or named == (old.get("minor_code"), old.get("name"))):
        inherited += _OF_CLASS
        # One limit for all grades and one for each are two ways to say it; never mix them.
        own_limit = any(column in given for column in _LIMITS)
        inherited += [c for c in _OF_CONDITION if not (own_limit and c in _LIMITS)]
    cells = {column: old[column] for column in inherited if column in old} | given
    return Line(line.sheet, line.kind, line.number, cells)


def _row(line: Line, *, plain_is_working: bool) -> Row:
    cells = line.cells
    if line.kind is None:
        raise _Fault(KIND_COLUMN, _("Say whether it is 部件 or 事件, in a column or by the sheet."))
    for column in ("major_code", "major_name", "minor_code", "name", "filing_text", "closing_text"):
        if column not in cells:
            raise _Fault(column, _("This cell is empty. Fill it in."))
    limits, remarks = _limits(cells, plain_is_working=plain_is_working)
    note = "；".join(dict.fromkeys([*remarks, *filter(None, [cells.get("note", "")])]))
    major_code = _code(cells["major_code"], "major_code")
    try:
        class_fields = class_values(
            kind=line.kind.value,
            major_code=major_code,
            major_name=cells["major_name"],
            minor_code=_code(cells["minor_code"], "minor_code", above=major_code),
            name=cells["name"],
            major_name_en=cells.get("major_name_en", ""),
            name_en=cells.get("name_en", ""),
            icon=cells.get("icon", ""),
        ) | {"goal": goal_of(cells.get("goal", ""))}
        condition_fields = condition_values(
            filing_text=cells["filing_text"],
            closing_text=cells["closing_text"],
            limit_a=limits["limit_a"],
            limit_b=limits["limit_b"],
            limit_c=limits["limit_c"],
            urgent_limit=limits.get("urgent_limit"),
            filing_text_en=cells.get("filing_text_en", ""),
            closing_text_en=cells.get("closing_text_en", ""),
            source=cells.get("source", ""),
            note=note,
        )
    except BadInput as refusal:
        column = refusal.field or ""
        said = str(refusal).replace(column, COLUMNS.get(column, column))
        raise _Fault(column, said) from None
    public = cells["public"].casefold() in _YES if "public" in cells else None
    return Row(
        line=line,
        class_fields=class_fields,
        public=public,
        condition_fields=condition_fields,
        units=_names(cells.get("units", "")),
        supervisors=_names(cells.get("supervisors", "")),
    )


def _limits(cells: dict[str, str], *, plain_is_working: bool) -> tuple[dict[str, Limit], list[str]]:
    """The limits of the three grades and of urgency, and the words that stood around them."""
    read: dict[str, Limit] = {}
    remarks: list[str] = []
    for column in (*_LIMITS, "urgent_limit"):
        if column not in cells:
            continue
        try:
            read[column], remark = parse_limit(cells[column], plain_is_working=plain_is_working)
        except BadLimit:
            raise _Fault(
                column,
                _("“%(cell)s” is not a limit. Write a number and a unit: %(units)s.")
                % {"cell": cells[column][:40], "units": "、".join(UNIT_ZH.values())},
            ) from None
        if remark:
            remarks.append(f"{cells[column]}")
    fallback = read.get("limit") or read.get("limit_b") or read.get("limit_a")
    fallback = fallback or read.get("limit_c")
    if fallback is None:
        raise _Fault("limit", _("This cell is empty. Fill it in."))
    for column in ("limit_a", "limit_b", "limit_c"):
        read.setdefault(column, fallback)
    return read, remarks


def _code(text: str, column: str, *, above: str = "") -> str:
    """A two-digit code; Excel's 1 is 01, and 0103 under major class 01 is 03."""
    digits = text.strip()
    if re.fullmatch(r"[0-9]{1,2}", digits):
        return digits.zfill(2)
    if above and re.fullmatch(r"[0-9]{3,4}", digits) and digits.zfill(4)[:2] == above:
        return digits[-2:]
    raise _Fault(column, _("“%(cell)s” is not a code of two digits, such as 01.") % {"cell": text})


def _names(cell: str) -> tuple[str, ...]:
    parts = re.split(r"[、，,;；/\n]", cell)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
