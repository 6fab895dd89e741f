"""Cases as they are answered: lists, one case, its story, its reports."""

from __future__ import annotations

from typing import Any, Literal

from linli.api.forms.base import Out
from linli.api.forms.names import (
    ChannelName,
    EventName,
    HandlingName,
    MoveName,
    StageName,
    UrgencyName,
)
from linli.api.forms.outputs.common import Named, PlaceOut, UnitRef

Light = Literal["green", "yellow", "red"]


class CaseRow(Out):
    """A case in a list. `seen` goes with the next move."""

    number: str
    stage: StageName
    case_class: Named | None
    urgency: UrgencyName
    handling: HandlingName
    channel: ChannelName
    description: str
    address: str
    place: PlaceOut | None
    component: str | None
    grid: Named | None
    community: str | None
    street: str | None
    district: str | None
    centre: UnitRef
    unit: UnitRef | None
    reported_at: str
    stage_since: str
    due_at: str | None
    light: Light | None
    suspended_until: str | None
    reports: int
    rating: int | None
    seen: int


class CasePage(Out):
    """Some cases, newest first; `next` is the address of the following page."""

    cases: list[CaseRow]
    cursor: str | None
    next: str | None


class Needs(Out):
    name: str
    kind: str
    required: bool


class OpenMove(Out):
    """A move you may make now."""

    move: MoveName
    label: str
    url: str
    inputs: list[Needs]


class ClockOut(Out):
    """How long a stage may take and took."""

    stage: StageName
    limit: str
    started_at: str
    due_at: str | None
    warn_at: str | None
    ended_at: str | None
    late: bool | None
    stopped: bool


class SaidOut(Out):
    """Who said something of a request, from which post, when, and in which words."""

    who: str
    post: str
    at: str
    words: str


class RequestOut(Out):
    """More time or a suspension: asked for, decided by one tier or two, or withdrawn."""

    kind: Literal["extension", "suspension"]
    what: str
    until: str | None
    answer: Literal["waits", "waits_second", "granted", "refused", "withdrawn", "dropped"]
    asked: SaidOut | None
    consents: list[SaidOut]
    refusal: SaidOut | None
    withdrawal: SaidOut | None
    due_from: str | None
    due_to: str | None


class CaseOut(CaseRow):
    """One case with its clocks and the moves you may make."""

    condition: int | None
    area_grade: str
    co_units: list[int]
    assignee: int | None
    self_handled: bool
    verified: bool | None
    check_passed: bool | None
    waiting_for_reporter: bool
    pending: str
    decider: int | None
    filed_at: str | None
    dispatched_at: str | None
    handled_at: str | None
    closed_at: str | None
    evaluated_at: str | None
    merged_into: str | None
    clocks: list[ClockOut]
    requests: list[RequestOut]
    moves: list[OpenMove]


class Moved(Out):
    """How the case stands after a move."""

    number: str
    stage: StageName
    seen: int
    due_at: str | None
    warn_at: str | None
    unit: int | None
    moves: list[MoveName]


class Filed(Out):
    """What a reporter takes home. Whoever has `secret` may follow the report."""

    number: str
    report: int
    stage: StageName
    seen: int
    due_at: str | None
    secret: str
    follow_url: str
    url: str


class WhyOut(Out):
    """A unit and why it. `rule` is a rule of `rule_set`; without them it was the responsibility
    list, arbitration or a person. `taken`: whether the suggestion was followed."""

    unit: UnitRef | None
    why: str
    taken: bool
    rule: int | None
    rule_set: int | None


class RouteOut(Out):
    """Why the unit that has the case has it, and whom the rules in force name for it now."""

    present: WhyOut | None
    suggestion: WhyOut
    co_units: list[UnitRef]


class EventOut(Out):
    number: int
    move: EventName
    label: str
    stage_from: StageName
    stage_to: StageName
    at: str
    actor: str | None
    unit: UnitRef | None
    opinion: str
    detail: dict[str, Any]
    digest: str


class Events(Out):
    """The story, oldest first; each digest covers its event and the digest before it."""

    events: list[EventOut]


class ReportOut(Out):
    number: int
    channel: ChannelName
    description: str
    address: str
    reported_at: str
    wants_call: bool
    rating: int | None


class Reports(Out):
    """The reports, oldest first, without who sent them."""

    reports: list[ReportOut]
