"""A case in words, for every face that shows one: steps, story, clocks (kit/steps, kit/story).

No personal data: events carry no reporter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.cases import rules
from linli.cases.queries.details import Detail, details_of, unit_ids, unit_names
from linli.cases.queries.routes import whys_of
from linli.cases.rules.consents import YES

if TYPE_CHECKING:
    from linli.cases.models import Case, CaseEvent, CaseFile

ICONS: dict[str, str] = {
    "report": "message-report", "add_report": "user-plus", "request_verification": "map-pin",
    "verify": "map-pin-check", "file": "file-text", "dispatch": "send", "accept": "inbox",
    "report_back": "tool", "request_check": "clipboard-list", "check": "clipboard-check",
    "arbitrate": "scale",
    "close": "checks", "evaluate": "star", "self_handle": "hand-stop", "dismiss": "circle-x",
    "merge": "git-merge", "unmerge": "arrows-split", "void": "ban", "decline": "arrow-back-up",
    "rework": "refresh", "reopen": "lock-open", "co_report": "users", "give_feedback": "phone-call",
    "suspend": "player-pause", "resume": "player-play", "ask_extension": "calendar-time",
    "extend": "calendar-event", "refuse_extension": "circle-x", "ask_reporter": "help",
    "endorse_extension": "arrow-up", "consent_extension": "calendar-event",
    "ask_suspension": "player-pause", "endorse_suspension": "arrow-up",
    "consent_suspension": "player-pause", "refuse_suspension": "circle-x",
    "refuse_consent": "circle-x", "withdraw_request": "arrow-back-up",
    "answer": "message-2", "escalate": "arrow-up", "sign_escalation": "edit",
    "refuse_escalation": "circle-x", "delegate": "arrow-down", "transfer": "switch-horizontal",
    "amend": "pencil", "supervise": "eye", "comment": "message-circle",
}  # fmt: skip
#: The event that completes each of the seven steps.
_STEP_MOVES: dict[str, tuple[str, ...]] = {
    "report": ("report",),
    "file": ("file",),
    "dispatch": ("dispatch", "arbitrate", "rework"),
    "handle": ("accept",),
    "feed_back": ("report_back",),
    "close": ("close", "self_handle"),
    "evaluate": ("evaluate",),
}
_CUT_SHORT = (rules.Stage.DISMISSED, rules.Stage.MERGED, rules.Stage.VOIDED)
_QUIET = frozenset({"resume", "add_report", "amend", "answer"})


@dataclass
class Step:
    """One of the seven steps as `kit/steps.html` draws it."""

    label: str
    state: str  # done, now, todo, skipped
    who: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass
class Photo:
    thumb_url: str
    url: str
    alt: str
    at: datetime | None = None


@dataclass
class Entry:
    """An event as `kit/story.html` draws it."""

    number: int
    move: str
    icon: str
    title: str
    who: str
    post: str
    at: datetime
    text: str
    badge: str = ""  # one word that must be seen: how hard a leader presses
    quiet: bool = False
    why: str = ""  # of a dispatch: why this unit
    details: list[Detail] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    before: Photo | None = None
    after: Photo | None = None


def move_label(move: str) -> str:
    """What a move, or a beginning, is called in the story."""
    if move in rules.MOVES:
        return str(rules.MOVES[move].label)
    if move == "add_report":
        return pgettext("move", "Another report")
    return pgettext("move", "Report")


def steps_of(case: Case, story: Iterable[CaseEvent]) -> list[Step]:
    """The seven steps with who and when. No query."""
    last: dict[str, CaseEvent] = {}
    for each in story:
        last[each.move] = each
    at_step = next(
        (i for i, (_name, _label, stages) in enumerate(rules.LOOP) if case.stage in stages), None
    )
    steps = []
    for i, (name, label, _stages) in enumerate(rules.LOOP):
        done = [last[m] for m in _STEP_MOVES[name] if m in last]
        event = max(done, key=lambda e: e.number, default=None)
        step = Step(str(label), _state(case, i, at_step, event is not None))
        if event is not None and step.state in ("done", "now"):
            step.who = _who(event)
            step.at = event.at
        steps.append(step)
    if case.stage in _CUT_SHORT:
        for step in steps:
            if step.state == "todo":
                step.state = "skipped"
        reached = [step for step in steps if step.state == "done"]
        if reached:
            reached[-1].note = str(rules.Stage(case.stage).label)
    return steps


def _state(case: Case, i: int, at_step: int | None, happened: bool) -> str:
    if at_step is None:  # dismissed, merged, voided: as far as it came
        return "done" if happened else "todo"
    closed = case.stage == rules.Stage.CLOSED
    rated = case.stage == rules.Stage.EVALUATED
    now = at_step + 1 if closed else at_step
    if i < now or rated:
        return "done" if happened or not case.self_handled else "skipped"
    return "now" if i == now else "todo"


def _who(event: CaseEvent) -> str:
    if event.actor is not None:
        return str(event.actor)
    by_reporter = event.move in ("report", "add_report", "evaluate", "answer", "reopen")
    return _("Reporter") if by_reporter else _("System")


def story_entries(case: Case, story: list[CaseEvent], files: list[CaseFile]) -> list[Entry]:
    """The events, oldest first, with files and changes. One query for the names of units, three
    at most for the reasons of dispatches."""
    by_number = {f.number: f for f in files}
    names = unit_names(unit_ids(story))
    whys = _whys(story)
    first_photo = next(
        (f for f in files if f.kind == "photo" and f.purpose in ("report", "before", "verify")),
        None,
    )
    entries = []
    for event in story:
        own = [by_number[n] for n in event.detail.get("files", []) if n in by_number]
        photos = [f for f in own if f.kind == "photo"]
        entry = Entry(
            number=event.number,
            move=event.move,
            icon=ICONS.get(event.move, "point"),
            title=move_label(event.move),
            who=_who(event),
            post=_post(event),
            at=event.at,
            text=_text(case, event),
            badge=level_words(event),
            quiet=event.move in _QUIET or (event.actor_id is None and event.move == "resume"),
            details=details_of(event, names),
            photos=[photo_of(case, f) for f in photos],
        )
        shows_after = event.move in ("report_back", "check", "self_handle") and photos
        if shows_after and first_photo is not None and first_photo not in photos:
            entry.before, entry.after = photo_of(case, first_photo), photo_of(case, photos[0])
            entry.photos = entry.photos[1:]
        if event.number in whys:
            entry.why = whys[event.number]
            entry.details.append(Detail(pgettext("story", "Why"), entry.why))
        entry.details += [
            Detail(pgettext("story", "File"), _file_link(case, f)) for f in own if f.kind != "photo"
        ]
        entries.append(entry)
    return entries


def level_words(event: CaseEvent) -> str:
    """How hard the leader presses; empty for what is no order."""
    level = event.detail.get("level")
    return str(rules.Supervision(level).label) if level in rules.Supervision.values else ""


def order_of(case: Case, entries: list[Entry]) -> Entry | None:
    """The last order of a leader on a case that is still open."""
    if not case.is_open or not case.supervision_count:
        return None
    return next((entry for entry in reversed(entries) if entry.move == "supervise"), None)


def why_this_unit(case: Case, entries: list[Entry]) -> str:
    """Why the unit that has the case has it, in a sentence; empty where nobody has it."""
    if case.lead_unit_id is None:
        return ""
    return next((entry.why for entry in reversed(entries) if entry.why), "")


def waits_for(case: Case) -> str:
    """Whose turn it is and for what, in a sentence; empty where nobody's. No query."""
    who, move = _turn(case)
    if not move:
        return ""
    words = _("Now it is up to %(who)s: %(what)s.")
    return words % {"who": who, "what": move_label(move)}


def _turn(case: Case) -> tuple[str, str]:
    """Who has to make which move next; ("", "") where the case rests."""
    stage, centre = rules.Stage(case.stage), case.centre.label
    if case.pending in YES:
        return case.decider.label if case.decider else centre, YES[case.pending]
    if case.is_suspended or case.waiting:
        return "", ""
    if case.pending == "escalation":
        return _("a leader of %(centre)s") % {"centre": centre}, "sign_escalation"
    if case.pending == "arbitration":
        return case.arbiter.label if case.arbiter else centre, "arbitrate"
    on_site = str(case.assignee.user) if case.assignee else _("the worker of the grid")
    unit = case.lead_unit.label if case.lead_unit else ""
    if stage == rules.Stage.CHECKING and case.check_passed is not None:
        return centre, "close" if case.check_passed else "rework"
    return {
        rules.Stage.REPORTED: (centre, "file"),
        rules.Stage.VERIFYING: (on_site, "verify"),
        rules.Stage.FILED: (centre, "dispatch"),
        rules.Stage.DISPATCHED: (unit, "accept"),
        rules.Stage.HANDLING: (unit, "report_back"),
        rules.Stage.HANDLED: (centre, "request_check"),
        rules.Stage.CHECKING: (on_site, "check"),
        rules.Stage.CLOSED: (_("the reporter"), "evaluate"),
    }.get(stage, ("", ""))


def _post(event: CaseEvent) -> str:
    parts = [event.unit.label if event.unit else "", event.post.label if event.post else ""]
    return " · ".join(part for part in parts if part)


def _text(case: Case, event: CaseEvent) -> str:
    return case.description if event.move == "report" and not event.opinion else event.opinion


def photo_of(case: Case, file: CaseFile) -> Photo:
    """A photo with the addresses of its preview and its clean copy."""
    number = case.number
    return Photo(
        reverse("cases:thumb", args=[number, file.number]),
        reverse("cases:file", args=[number, file.number]),
        file.name,
        file.taken_at or file.added_at,
    )


def _file_link(case: Case, file: CaseFile) -> SafeString:
    url = reverse("cases:file", args=[case.number, file.number])
    return format_html('<a href="{}">{}</a>', url, file.name)


def _whys(story: list[CaseEvent]) -> dict[int, str]:
    """Why each dispatch went where it went, by the number of its event."""
    sent = [event for event in story if event.detail.get("route")]
    notes = whys_of([event.detail["route"] for event in sent])
    return {event.number: why.sentence for event, why in zip(sent, notes, strict=True)}


def counts_of(case: Case) -> list[Detail]:
    """What happened how often, only what did."""
    counts = (
        (_("Reworks"), case.rework_count),
        (_("Declined"), case.decline_count),
        (_("Extensions"), case.extension_count),
        (_("Suspensions"), case.suspension_count),
        (_("Reopened"), case.reopen_count),
        (_("Supervised"), case.supervision_count),
    )
    return [Detail(label, str(count)) for label, count in counts if count]
