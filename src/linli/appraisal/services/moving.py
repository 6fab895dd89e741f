"""A sheet moves from one hand to the next: always by a person (P14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.appraisal import policy
from linli.appraisal.models import Adjustment, Input, Sheet, SheetEvent
from linli.appraisal.queries.paper import paper_of, signable
from linli.appraisal.rules.points import Result
from linli.appraisal.rules.states import DEEDS, HEARINGS, State, outcome_of
from linli.appraisal.services.scoring import write_own_points
from linli.appraisal.services.writing import (
    locked_sheet,
    log,
    remember,
    tell_hearers,
    tell_worker,
    words_of,
)
from linli.cards.rules.states import last_moment
from linli.catalogue import queries as catalogue
from linli.kernel.errors import NotFound, Refused

if TYPE_CHECKING:
    from linli.staff.models import User
    from linli.staff.policy import Seat


@transaction.atomic
def report_self(
    *, actor: User, sheet_id: int, words: str, points: Mapping[int, Decimal], now: datetime
) -> Sheet:
    """The worker's own report with points for its lines; also after its day, until somebody has
    gone on without it. Raises NotFound, NotYours, BadInput, Refused."""
    sheet, history = locked_sheet(actor, sheet_id)
    policy.require_deed(actor, "report", sheet, history, now)
    sheet.own_words = words_of(words, needed=True)
    write_own_points(sheet, points, actor, now)
    sheet.state = State.SCORING
    remember(sheet, "report", now=now, actor=actor, words=sheet.own_words)
    log(sheet, "appraisal.moved", actor, now, deed="report")
    return sheet


@transaction.atomic
def move_sheet(*, actor: User, sheet_id: int, deed: str, words: str, now: datetime) -> Sheet:
    """Do one deed of the table; the sheet afterwards (for `correct` the new one).

    Raises NotFound, NotYours with the reason, BadInput for missing words, Refused where too little
    is known for a total.
    """
    if deed not in DEEDS or deed == "report":
        raise NotFound(_("There is no such step for a sheet."))
    row = DEEDS[deed]
    sheet, history = locked_sheet(actor, sheet_id)
    seat = policy.require_deed(actor, deed, sheet, history, now)
    said = words_of(words, needed=row.why)
    if deed == "correct":
        return _correct(sheet, actor, seat, said, now)
    match deed:
        case "submit":
            _require_total(sheet)
        case "show":
            _require_total(sheet)
            calendar = catalogue.calendar()
            sheet.appeal_until = last_moment(calendar, now, sheet.scheme.appeal_days)
        case "appeal":
            sheet.appealed_at = now
        case "sign":
            _sign(sheet, actor, now)
    if row.target is not None:
        sheet.state = row.target
    remember(sheet, deed, now=now, actor=actor, seat=seat, words=said)
    log(sheet, "appraisal.moved", actor, now, deed=deed)
    if deed in HEARINGS:
        _decide(sheet, history, deed, now)
    _tell(sheet, deed, history, now)
    return sheet


def _require_total(sheet: Sheet) -> Result:
    paper = paper_of(sheet)
    if paper.result.total is None:
        raise Refused(
            _(
                "Too little is known: lines of less than half of the weight have points. Missing:"
                " %(lines)s. Enter some of them first."
            )
            % {"lines": ", ".join(paper.missing)},
            code="no_total",
        )
    return paper.result


def _sign(sheet: Sheet, actor: User, now: datetime) -> None:
    """Keep what is on the sheet as it is now; the database keeps the rest from changing."""
    result = _require_total(sheet)
    sheet.total, sheet.factor, sheet.result = result.total, result.factor, signable(result)
    sheet.signed_at, sheet.signed_by = now, actor


def _decide(sheet: Sheet, history: list[SheetEvent], deed: str, now: datetime) -> None:
    """The second hearing decides: kept only if both say so. There is one appeal."""
    said = [event.deed for event in history if event.deed in HEARINGS]
    outcome = outcome_of([*said, deed])
    if outcome is not None:
        sheet.state = outcome
        remember(sheet, "kept" if outcome == State.HEARD else "anew", now=now)


def _tell(sheet: Sheet, deed: str, history: list[SheetEvent], now: datetime) -> None:
    if deed == "show" and sheet.appeal_until is not None:
        until = timezone.localtime(sheet.appeal_until).strftime("%Y-%m-%d")
        tell_worker(sheet, "appraisal.shown", now, until=until)
    elif deed == "appeal":
        tell_hearers(sheet, history, now)
    elif deed in ("sign", "drop", "skip") or (deed in HEARINGS and sheet.state != State.APPEALED):
        tell_worker(sheet, "appraisal.moved", now, state=str(sheet.get_state_display()))


def _correct(signed: Sheet, actor: User, seat: Seat | None, words: str, now: datetime) -> Sheet:
    """A sheet beside the signed one, with its inputs to begin with; the signed one stays."""
    same = Sheet.objects.filter(post_id=signed.post_id, month=signed.month)
    if same.exclude(pk=signed.pk).filter(corrects=signed).exclude(state=State.DROPPED).exists():
        raise Refused(_("This sheet has a correction already; go on with that one."))
    number = max(same.values_list("number", flat=True)) + 1
    made = Sheet(
        scheme=signed.scheme, post_id=signed.post_id, user=signed.user, unit=signed.unit,
        month=signed.month, number=number, corrects=signed, state=State.SCORING,
        report_until=signed.report_until, own_words=signed.own_words,
    )  # fmt: skip
    remember(made, "correct", now=now, actor=actor, seat=seat, words=words)
    _copy(signed, made)
    remember(signed, "correct", now=now, actor=actor, seat=seat, words=words)
    log(signed, "appraisal.moved", actor, now, deed="correct")
    tell_worker(made, "appraisal.moved", now, state=str(made.get_state_display()))
    return made


def _copy(signed: Sheet, made: Sheet) -> None:
    Input.objects.bulk_create(
        Input(
            sheet=made, line_id=one.line_id, points=one.points, detail=one.detail,
            entered_by_id=one.entered_by_id, at=one.at,
        )
        for one in signed.inputs.all()
    )  # fmt: skip
    Adjustment.objects.bulk_create(
        Adjustment(
            sheet=made, number=one.number, points=one.points, reason=one.reason,
            entered_by_id=one.entered_by_id, at=one.at,
        )
        for one in signed.adjustments.all()
    )  # fmt: skip
