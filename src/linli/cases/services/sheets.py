"""Taking the sheet of a case (案卷单) away; each time is written to the access log."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from linli.audit.services import record
from linli.cases import queries
from linli.cases.queries.sheet import Sheet, file_name, sheet_of, sheet_pdf

if TYPE_CHECKING:
    from linli.staff.models import User


class Document(NamedTuple):
    """What the document is called when it is kept, and its pages as PDF."""

    name: str
    content: bytes


def take_sheet(*, actor: User, number: str, now: datetime) -> Sheet:
    """The sheet as data, of what `actor` may see. Raises NotFound."""
    sheet = sheet_of(actor, queries.case_for(actor, number))
    _note(actor, sheet, now)
    return sheet


def take_document(*, actor: User, number: str, now: datetime) -> Document:
    """The sheet as PDF, made now. Raises NotFound, paper.NoFont."""
    sheet = sheet_of(actor, queries.case_for(actor, number))
    found = Document(file_name(sheet.case), sheet_pdf(sheet))
    _note(actor, sheet, now)
    return found


def _note(actor: User, sheet: Sheet, now: datetime) -> None:
    record(
        actor=actor, action="cases.sheet_taken", object_type="case", object_id=sheet.case.number,
        now=now,
    )  # fmt: skip
