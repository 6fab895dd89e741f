"""A person's own reports, and how they stand: nobody else's, whatever number is named."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases import queries as cases
from linli.cases.models import Case, CaseEvent
from linli.cases.rules import Stage, parse_case_number
from linli.cases.rules.stages import STAGE_WORDS
from linli.wechat.models import Fan, Submission
from linli.wechat.rules import sayings

MOST = 5
_REASONS = {"ask_reporter", "dismiss", "void"}  # whose words the reporter reads


def own(fan: Fan, *, most: int = MOST) -> list[tuple[Submission, Case]]:
    """The last reports of this person, newest first, each with the case that its merges lead to.

    Two queries, one more a merge."""
    rows = list(
        Submission.objects.filter(fan_id=fan.pk).select_related("case").order_by("-sent_at")[:most]
    )
    return [(row, cases.root_of(row.case)) for row in rows]


def own_one(fan: Fan, number: str) -> tuple[Submission, Case] | None:
    """The report of this person with this number. Two queries, one more a merge."""
    parsed = parse_case_number(number)
    if parsed is None:
        return None
    row = Submission.objects.filter(fan_id=fan.pk, case_id=parsed[0]).select_related("case").first()
    if row is None or row.case.reported_on != parsed[1]:
        return None
    return row, cases.root_of(row.case)


def status_words(fan: Fan, number: str) -> str:
    """How one report stands, or the last five."""
    if number:
        found = own_one(fan, number)
        return _one(*found) if found else sayings.not_yours()
    rows = own(fan)
    if not rows:
        return sayings.no_reports()
    if len(rows) == 1:
        return _one(*rows[0])
    return "\n".join(f"{row.case.number} {_stage(case)}" for row, case in rows)


def rateable(fan: Fan) -> list[str]:
    """Numbers of this person's reports whose cases wait for a rating, newest first."""
    return [row.case.number for row, case in own(fan) if case.stage == Stage.CLOSED]


def answerable(fan: Fan) -> list[str]:
    """Numbers of this person's reports about which the centre asks something, newest first."""
    return [
        row.case.number
        for row, case in own(fan)
        if case.is_open and case.waiting and not case.is_suspended
    ]


def _one(row: Submission, case: Case) -> str:
    when = timezone.localtime(row.sent_at).strftime("%Y-%m-%d %H:%M")
    lines = [row.case.number, _("Reported: %s") % when, _stage(case)]
    if case.lead_unit is not None and case.is_open:
        lines.append(_("In charge: %s") % case.lead_unit.label)
    if said := _said(case):
        lines.append(said)
    if case.is_open and case.waiting:
        lines.append(sayings.reminder_to_answer())
    if case.stage == Stage.CLOSED:
        lines.append(sayings.reminder_to_rate())
    return "\n".join(lines)


def _stage(case: Case) -> str:
    return str(_("On hold") if case.is_suspended else STAGE_WORDS[case.stage])


def _said(case: Case) -> str:
    """What the centre asked or why it ended, where that is how it stands. One query at most."""
    if not (case.waiting or case.stage in (Stage.DISMISSED, Stage.VOIDED)):
        return ""
    event = CaseEvent.objects.filter(case_id=case.pk, move__in=_REASONS).order_by("-number").first()
    return event.opinion if event else ""
