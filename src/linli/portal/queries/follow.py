"""The page of one's own report: the seven steps, the story in plain words, the pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.cases import queries as cases
from linli.cases import rules
from linli.cases.models import Case, CaseEvent, CaseFile
from linli.cases.queries import Followed
from linli.cases.queries.following import WORDS_TOLD
from linli.cases.rules.stages import STAGE_WORDS
from linli.kernel.errors import NotFound
from linli.portal.rules import RATINGS
from linli.staff import queries as staff

#: Moves whose words may be a resident's: shown only to whom they must be from.
_RESIDENTS_WORDS = frozenset({"answer", "reopen", "evaluate"})
_ICONS = {
    "report": "message-report", "add_report": "message", "file": "clipboard-check",
    "dispatch": "send", "accept": "tool", "report_back": "circle-check", "close": "checks",
    "self_handle": "checks", "dismiss": "circle-x", "merge": "git-merge", "unmerge": "git-merge",
    "void": "circle-x", "rework": "repeat", "reopen": "repeat", "evaluate": "star",
    "suspend": "player-pause", "resume": "player-play", "ask_reporter": "help",
    "answer": "message-circle", "give_feedback": "phone-call", "extend": "calendar-time",
    "consent_extension": "calendar-time", "consent_suspension": "player-pause",
}  # fmt: skip
_STEP_MOVES = {
    "report": ("report",), "file": ("file",), "dispatch": ("dispatch",), "handle": ("accept",),
    "feed_back": ("report_back",), "close": ("close", "self_handle"), "evaluate": ("evaluate",),
}  # fmt: skip
_CUT_SHORT = ("dismissed", "merged", "voided")


@dataclass
class Step:
    """One of the seven, as `kit/steps.html` draws it."""

    label: str
    state: str
    who: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass
class Picture:
    """A photo by the address of this page."""

    url: str
    thumb_url: str
    alt: str
    at: datetime | None = None


@dataclass
class Entry:
    """One line of the story, as `kit/story.html` draws it."""

    icon: str
    title: str
    at: datetime
    text: str = ""
    who: str = ""
    post: str = ""
    quiet: bool = False
    photos: list[Picture] = field(default_factory=list)
    before: Picture | None = None
    after: Picture | None = None


@dataclass
class FollowPage:
    """Everything the page says. `number` and `secret` are those of the resident's own link."""

    number: str
    secret: str
    case_id: int
    title: str
    stage: str
    stage_words: str
    open: bool
    due_at: datetime | None
    light_now: bool
    suspended_until: object
    merged_number: str
    unit: str
    unit_phone: str
    words: str
    address: str
    reported_at: datetime
    steps: list[Step]
    entries: list[Entry]
    own_photos: list[Picture]
    after_photos: list[Picture]
    question: str
    may_answer: bool
    may_add: bool
    may_rate: bool
    may_dispute: bool
    dispute_until: datetime | None
    rating: str


def follow_page(found: Followed, secret: str, *, now: datetime) -> FollowPage:
    """About eight queries, whatever the length of the story."""
    case = found.case
    moved = found.own_case.pk != case.pk
    story = cases.told_events(case)
    own_story = cases.told_events(found.own_case) if moved else story
    mine = cases.own_reports(found, story)
    alone = cases.is_alone(found, story)
    number = found.own_case.number
    sayings = cases.own_sayings(found, story)
    files = cases.told_files(case, mine.values(), sayings)
    own_files = cases.told_files(found.own_case, [found.report.number]) if moved else files
    after = [f for f in files if f.purpose == CaseFile.Purpose.AFTER and f.kind == "photo"]
    own = [f for f in own_files if f.report_number is not None and f.kind == "photo"]
    words = {r.number: r.description for r in cases.reports_of(case) if r.number in mine.values()}
    units = _unit_names([*story, *own_story])
    teller = _Teller(number, secret, mine, alone, words, units, sayings)
    entries = [teller.entry(event, files) for event in story if not moved or event.move != "report"]
    if moved:
        first = _own_event(own_story, found.report.number)
        before = _Teller(number, secret, first, len(first) == _reports_in(own_story), {}, units)
        entries = [before.entry(event, own_files) for event in own_story] + entries
        entries.sort(key=lambda entry: entry.at)
    numbers = cases.settings()
    ended = case.evaluated_at or case.closed_at
    until = case.closed_at + timedelta(days=numbers.reopen_days) if case.closed_at else None
    solved = case.stage in (rules.Stage.CLOSED, rules.Stage.EVALUATED)
    asked = [e for e in story if e.move == "ask_reporter"]
    own_class = case.case_class
    return FollowPage(
        number=number,
        secret=secret,
        case_id=case.pk,
        title=own_class.label if own_class else _("Your report"),
        stage=case.stage,
        stage_words=str(_("On hold") if case.is_suspended else STAGE_WORDS[case.stage]),
        open=case.is_open,
        due_at=case.due_at if case.is_open and not case.is_suspended else None,
        light_now=ended is None,
        suspended_until=case.suspended_until,
        merged_number=case.number if moved else "",
        unit=case.lead_unit.label if case.lead_unit else "",
        unit_phone=case.lead_unit.public_phone if case.lead_unit else "",
        words=found.report.description,
        address=found.report.address or case.address,
        reported_at=found.report.reported_at,
        steps=steps_of(case, story),
        entries=entries,
        own_photos=[_picture(number, secret, f) for f in own],
        after_photos=[_picture(number, secret, f) for f in after],
        question=asked[-1].opinion if case.waiting and asked else "",
        may_answer=case.is_open and case.waiting and not case.is_suspended,
        may_add=case.is_open and not case.is_suspended and not case.waiting,
        may_rate=case.stage == rules.Stage.CLOSED,
        may_dispute=solved and until is not None and now <= until,
        dispute_until=until if solved else None,
        rating=rating_words(case.rating),
    )


def _own_event(story: Iterable[CaseEvent], report_number: int) -> dict[int, int]:
    """The event with which a report came: its number -> the report's."""
    for event in story:
        came = event.move in ("report", "add_report")
        if came and int(event.detail.get("report", 1)) == report_number:
            return {event.number: report_number}
    return {}


def _reports_in(story: Iterable[CaseEvent]) -> int:
    return sum(event.move in ("report", "add_report") for event in story)


def _unit_names(story: Iterable[CaseEvent]) -> dict[int, str]:
    """The units that cases were assigned to. One query."""
    ids = {e.detail["unit"] for e in story if e.move == "dispatch" and "unit" in e.detail}
    return {unit.pk: unit.label for unit in staff.units(active=None).filter(pk__in=ids)}


def rating_words(rating: int | None) -> str:
    """“Satisfied”, …; "" without a rating."""
    return next((str(label) for value, label, _icon in RATINGS if value == rating), "")


def steps_of(case: Case, story: Iterable[CaseEvent]) -> list[Step]:
    """The seven steps with their days and, where a unit acts, its name. No query."""
    last: dict[str, CaseEvent] = {}
    for event in story:
        last[event.move] = event
    at_step = next((i for i, (_n, _l, on) in enumerate(rules.LOOP) if case.stage in on), None)
    if case.stage == rules.Stage.CLOSED and at_step is not None:
        at_step += 1  # what is under way then is the rating
    steps = []
    for i, (name, label, _stages) in enumerate(rules.LOOP):
        events = [last[move] for move in _STEP_MOVES[name] if move in last]
        newest = max(events, key=lambda e: e.number) if events else None
        state = _state(case, i, at_step, newest is not None)
        step = Step(str(label), state)
        if newest is not None and state != "todo":
            step.at = newest.at
            if name in ("handle", "feed_back") and newest.unit is not None:
                step.who = newest.unit.label
        steps.append(step)
    return steps


def _state(case: Case, i: int, at_step: int | None, happened: bool) -> str:
    if case.stage in _CUT_SHORT or at_step is None:
        return "done" if happened else "skipped"
    if i < at_step or case.stage == rules.Stage.EVALUATED:
        return "done" if happened or not case.self_handled else "skipped"
    return "now" if i == at_step else "todo"


def photo_of(found: Followed, case_id: int, file_number: int) -> CaseFile:
    """A picture of this page. Up to five queries. Raises NotFound for every other."""
    if case_id == found.case.pk:
        story = cases.told_events(found.case)
        mine = cases.own_reports(found, story).values()
        files = cases.told_files(found.case, mine, cases.own_sayings(found, story))
    elif case_id == found.own_case.pk:
        files = cases.told_files(found.own_case, [found.report.number])
    else:
        files = []
    for row in files:
        if row.number == file_number:
            return row
    raise NotFound(_("There is no such file in this case."))


def _picture(number: str, secret: str, file: CaseFile) -> Picture:
    after = file.purpose == CaseFile.Purpose.AFTER
    here = (number, secret, file.case_id, file.number)
    return Picture(
        url=reverse("portal:file", args=here),
        thumb_url=reverse("portal:thumb", args=here),
        alt=_("The result") if after else _("Your photo"),
        at=file.added_at,
    )


def _longer(event: CaseEvent) -> str:
    """That the unit got more time, and until when: the date alone."""
    due = event.detail.get("due") or {}
    _old, new = event.detail.get("term") or (None, due.get("to"))
    if not new:
        return _("The unit was given more time")
    day = timezone.localtime(datetime.fromisoformat(new)).date().isoformat()
    return _("The unit was given more time, until %(day)s") % {"day": day}


@dataclass
class _Teller:
    """Turns events into lines for one reporter; `mine`: event number -> own report number."""

    number: str
    secret: str
    mine: dict[int, int]
    alone: bool
    words: dict[int, str]
    units: dict[int, str]
    sayings: set[int] = field(default_factory=set)  # own answers and disputes

    def entry(self, event: CaseEvent, files: list[CaseFile]) -> Entry:
        own = event.number in self.mine
        shown = [
            _picture(self.number, self.secret, f)
            for f in files
            if f.event_number == event.number and f.case_id == event.case_id and f.kind == "photo"
        ]
        return Entry(
            icon=_ICONS[event.move],
            title=self._title(event, own),
            at=event.at,
            text=self._text(event, own),
            quiet=event.move in ("add_report", "resume", "unmerge") and not own,
            photos=shown,
        )

    def _text(self, event: CaseEvent, own: bool) -> str:
        if own and event.move == "add_report":
            return self.words.get(self.mine[event.number], "")
        if event.move not in WORDS_TOLD:
            return ""
        if event.number in self.sayings:
            return event.opinion
        if event.move in _RESIDENTS_WORDS and not self.alone:
            by_centre = event.move == "reopen" and event.actor_id is not None
            return event.opinion if by_centre else ""
        return event.opinion

    def _title(self, event: CaseEvent, own: bool) -> str:
        unit = event.unit.label if event.unit is not None else _("The unit in charge")
        match event.move:
            case "report":
                return _("Your report has arrived") if own else pgettext("portal", "Reported")
            case "add_report":
                return _("You added something") if own else _("Somebody else reported it too")
            case "file":
                return _("The centre has accepted the case")
            case "dispatch":
                name = self.units.get(event.detail.get("unit", 0), "")
                return _("Assigned to %(unit)s") % {"unit": name or _("the unit in charge")}
            case "accept":
                return _("%(unit)s has begun") % {"unit": unit}
            case "report_back":
                return _("%(unit)s reports that it is done") % {"unit": unit}
            case "close":
                return _("Checked on site and closed")
            case "self_handle":
                return _("A grid worker solved it on the spot")
            case "dismiss":
                return _("The centre did not accept the report")
            case "merge":
                return _("Handled together with an earlier report")
            case "unmerge":
                return _("Handled on its own again")
            case "void":
                return _("The case was cancelled")
            case "rework":
                return _("The check found it not solved yet; it is being done again")
            case "reopen":
                return _("Opened again, because it was not solved")
            case "evaluate":
                rating = rating_words(event.detail.get("rating"))
                return (
                    _("Rated: %(rating)s") % {"rating": rating}
                    if rating
                    else _("The time for rating has ended")
                )
            case "extend" | "consent_extension":
                return _longer(event)
            case "suspend" | "consent_suspension":
                until = event.detail.get("until")
                held = _("Put on hold until %(day)s") % {"day": until}
                return held if until else _("Put on hold")
            case "resume":
                return _("Work goes on")
            case "ask_reporter":
                return _("The centre asks you")
            case "answer":
                return _("The question has been answered")
            case _:
                return _("The centre has told the result")
