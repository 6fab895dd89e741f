"""A case in words, for every face that shows one: steps, story, clocks (kit/steps, kit/story).

No personal data: events carry no reporter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from linli.cases import rules
from linli.cases.queries.clock_words import due_words, limit_words
from linli.cases.queries.routes import whys_of
from linli.cases.rules.consents import SECOND, YES
from linli.catalogue import queries as catalogue
from linli.staff import queries as staff

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
_RATINGS = {
    3: pgettext_lazy("rating", "Satisfied"),
    2: pgettext_lazy("rating", "Fairly satisfied"),
    1: pgettext_lazy("rating", "Not satisfied"),
}
_CHANGED = {
    "case_class": pgettext_lazy("input", "Class"),
    "condition": pgettext_lazy("input", "Filing condition"),
    "urgency": pgettext_lazy("input", "Urgency"),
    "handling": pgettext_lazy("input", "Kind of handling"),
    "address": pgettext_lazy("input", "Address"),
}
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
class Detail:
    label: str
    value: str | SafeString


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
    names = _unit_names(_unit_ids(story))
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
            details=_details(event, names),
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


def _unit_names(ids: list[int]) -> dict[int, str]:
    """Names of units by id, retired ones too. One query, none for nothing."""
    if not ids:
        return {}
    return {unit.pk: unit.label for unit in staff.units(active=None).filter(pk__in=set(ids))}


def _unit_ids(story: Iterable[CaseEvent]) -> list[int]:
    ids: list[int] = []
    for event in story:
        detail = event.detail
        ids += [detail[name] for name in ("unit", "decider") if detail.get(name)]
        ids += detail.get("co_units") or []
        centre = detail.get("centre")
        ids += [centre["from"], centre["to"]] if isinstance(centre, dict) else []
    return ids


def _whys(story: list[CaseEvent]) -> dict[int, str]:
    """Why each dispatch went where it went, by the number of its event."""
    sent = [event for event in story if event.detail.get("route")]
    notes = whys_of([event.detail["route"] for event in sent])
    return {event.number: why.sentence for event, why in zip(sent, notes, strict=True)}


def _details(event: CaseEvent, names: dict[int, str]) -> list[Detail]:
    """What an event changed, in words."""
    detail: dict[str, Any] = event.detail
    found: list[Detail] = []

    def add(label: str, value: object) -> None:
        if value not in (None, ""):
            found.append(Detail(label, str(value)))

    if event.move in ("report", "add_report") and detail.get("channel"):
        add(pgettext("story", "Channel"), rules.Channel(detail["channel"]).label)
    if detail.get("unit"):
        add(pgettext("story", "Unit"), names.get(detail["unit"], detail["unit"]))
    if detail.get("co_units"):
        listed = ", ".join(names.get(u, str(u)) for u in detail["co_units"])
        add(pgettext("story", "Helping units"), listed)
    if isinstance(detail.get("centre"), dict):
        add(pgettext("story", "Centre"), f"{names.get(detail['centre']['from'], '')} → "
            f"{names.get(detail['centre']['to'], '')}")  # fmt: skip
    if "true" in detail:
        add(pgettext("story", "Found"), _("True") if detail["true"] else _("Not true"))
    if "passed" in detail:
        add(pgettext("story", "Result"), _("Passed") if detail["passed"] else _("Not passed"))
    if "distance_m" in detail:
        far = (
            _("%(metres)d m from the place, which is far")
            if detail.get("far")
            else _("%(metres)d m from the place")
        )
        add(pgettext("story", "Taken at"), far % {"metres": detail["distance_m"]})
    if detail.get("limit"):
        add(pgettext("story", "Time"), limit_words(detail["limit"]))
    if detail.get("until"):
        add(pgettext("story", "Until"), date.fromisoformat(detail["until"]).isoformat())
    if detail.get("moved"):
        add(pgettext("story", "Place"), _("corrected"))
    if detail.get("waits_for") == "signature":
        add(pgettext("story", "Waits for"), _("the leader's signature"))
    if detail.get("waits_for") == "arbitration":
        add(pgettext("story", "Waits for"), _("the decision of the centre above"))
    if detail.get("waits_for") in SECOND:
        second = _("the second consent: %(centre)s")
        add(pgettext("story", "Waits for"), second % {"centre": names.get(detail["decider"], "")})
    add(pgettext("story", "Legal basis"), detail.get("legal_basis"))
    for name, (old, new) in (detail.get("changed") or {}).items():
        found += _changed(name, old, new)
    if detail.get("term"):
        add(
            pgettext("story", "Due"),
            due_words(dict(zip(("from", "to"), detail["term"], strict=True))),
        )
    elif isinstance(detail.get("due"), dict):
        add(pgettext("story", "Due"), due_words(detail["due"]))
    if event.move == "evaluate" and detail.get("rating"):
        add(pgettext("story", "Rating"), rating_words(detail["rating"]))
    return found


def rating_words(rating: int | None) -> str:
    """Satisfied, fairly, not; empty for none."""
    return str(_RATINGS.get(rating or 0, ""))


def _changed(name: str, old: Any, new: Any) -> list[Detail]:
    book = catalogue.current()

    def words(value: Any) -> str:
        if value in (None, ""):
            return "–"
        if name == "case_class":
            return book.class_by_id(value).label
        if name == "condition":
            return book.condition_by_id(value).label
        if name == "urgency":
            return str(rules.Urgency(value).label)
        if name == "handling":
            return str(rules.Handling(value).label)
        return str(value)

    return [Detail(str(_CHANGED.get(name, name)), f"{words(old)} → {words(new)}")]


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
