"""The reporter's view of a case: found by number and secret, without anybody's personal data."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from linli.cases import rules
from linli.cases.models import Case, CaseEvent, CaseFile, Report
from linli.cases.rules.secrets import report_secret, same_secret
from linli.kernel.errors import NotFound
from linli.kernel.seal import keys

MOST_MERGES = 20
#: Moves a reporter reads about; the rest is the centre's own affair.
TOLD = (
    "report", "add_report", "file", "dispatch", "accept", "report_back", "close", "self_handle",
    "dismiss", "merge", "unmerge", "void", "rework", "reopen", "evaluate", "suspend", "resume",
    "ask_reporter", "answer", "give_feedback", "extend", "consent_extension", "consent_suspension",
)  # fmt: skip
#: Moves whose words are meant for the reporter too.
WORDS_TOLD = ("dismiss", "void", "merge", "report_back", "ask_reporter", "answer", "reopen",
              "give_feedback", "evaluate", "self_handle", "suspend")  # fmt: skip


@dataclass(frozen=True)
class Followed:
    """A report and the case it now belongs to (`case` is where its merges lead)."""

    report: Report
    own_case: Case
    case: Case

    @property
    def own_report_number(self) -> int | None:
        """The report's number if the case it follows is its own."""
        return self.report.number if self.own_case.pk == self.case.pk else None


def followed(number: str, secret: str) -> Followed:
    """The report with this case number and secret. 2 queries, one more a merge.

    Raises NotFound alike for a wrong number and a wrong secret.
    """
    parsed = rules.parse_case_number(number)
    if parsed is not None:
        case = (
            Case.objects.select_related("case_class", "grid", "lead_unit")
            .filter(pk=parsed[0])
            .first()
        )
        if case is not None and case.reported_on == parsed[1]:
            for report in Report.objects.filter(case_id=case.pk).order_by("number"):
                made = report_secret(
                    keys().blind,
                    case_id=case.pk,
                    report_number=report.number,
                    salt=bytes(report.salt),
                )
                if same_secret(made, secret):
                    return Followed(report, case, root_of(case))
    raise NotFound(_("Number and secret do not belong together. Check both, or ask the centre."))


def root_of(case: Case) -> Case:
    """The case into which `case` was merged in the end; itself if it was not. One query a merge."""
    for _i in range(MOST_MERGES):
        if case.merged_into is None:
            break
        case = Case.objects.select_related("case_class", "grid", "lead_unit").get(
            pk=case.merged_into
        )
    return case


def told_events(case: Case) -> list[CaseEvent]:
    """What a reporter reads of the story, oldest first. One query."""
    rows = CaseEvent.objects.filter(case_id=case.pk, move__in=TOLD)
    return list(rows.select_related("unit").order_by("number"))


def own_reports(found: Followed, story: Iterable[CaseEvent]) -> dict[int, int]:
    """The reports of this person in the case they follow: number of the event -> of the report.

    Their first one has no event number here unless it is in `story`. No query.
    """
    mine = [found.own_case.pk, found.report.number]
    numbers = {}
    for event in story:
        if event.case_id != found.case.pk or event.move not in ("report", "add_report"):
            continue
        number = int(event.detail.get("report", 1))
        if number == found.own_report_number or event.detail.get("follows") == mine:
            numbers[event.number] = number
    return numbers


def is_alone(found: Followed, story: Iterable[CaseEvent]) -> bool:
    """Whether nobody else reported this: only then are all words of residents in it their own.

    One query at most.
    """
    if found.own_case.pk != found.case.pk:
        return False
    if len(own_reports(found, story)) != found.case.report_count:
        return False
    return not Case.objects.filter(merged_into=found.case.pk).exists()


def own_sayings(found: Followed, story: Iterable[CaseEvent]) -> set[int]:
    """The events of `story` with which this person answered or disputed.

    Those from before senders were noted count as theirs where nobody else reported it. One query
    at most.
    """
    mine = [found.own_case.pk, found.report.number]
    said = [e for e in story if e.move in ("answer", "reopen") and e.actor_id is None]
    known = {e.number for e in said if e.detail.get("follows") == mine}
    unknown = {e.number for e in said if "follows" not in e.detail}
    return known | unknown if unknown and is_alone(found, story) else known


def told_files(
    case: Case, reports: Collection[int], sayings: Collection[int] = ()
) -> list[CaseFile]:
    """The pictures a reporter may see: those of their own `reports` and `sayings` (numbers of
    events) and of the result. One query.
    """
    rows = CaseFile.objects.filter(case_id=case.pk).order_by("number")
    return [
        f
        for f in rows
        if f.purpose == CaseFile.Purpose.AFTER
        or f.report_number in reports
        or (f.report_number is None and f.event_number in sayings)
    ]
