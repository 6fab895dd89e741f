"""What is answered. Times are ISO 8601 with their offset, places WGS84."""

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

Light = Literal["green", "yellow", "red"]


class Fault(Out):
    """One thing that is wrong with a request."""

    field: str
    code: str
    title: str


class Problem(Out):
    """Why a request was refused (RFC 9457). `title` is a sentence for people, in their language;
    `code` is stable for machines; `field` names the input at fault."""

    type: str
    title: str
    status: int
    code: str
    field: str | None
    errors: list[Fault] | None = None


class PlaceOut(Out):
    lon: float
    lat: float


class Named(Out):
    code: str
    name: str


class UnitRef(Out):
    id: int
    name: str


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


class FileOut(Out):
    number: int
    kind: str
    mime: str
    name: str
    size: int
    purpose: str
    event: int
    report: int | None
    added_at: str
    url: str


class Files(Out):
    files: list[FileOut]


class LabelOut(Out):
    label: str
    words: str


class StepOut(Out):
    """One of the seven steps."""

    label: str
    state: Literal["done", "now", "todo", "skipped"]
    who: str
    at: str | None
    note: str


class PhotoOut(Out):
    """A photo of the sheet, by the number of its file."""

    file: int
    at: str | None
    url: str


class RecordOut(Out):
    """An event as it reads on the sheet."""

    event: int
    move: EventName
    label: str
    at: str
    who: str
    post: str
    words: str
    details: list[LabelOut]


class SheetOut(Out):
    """案卷单: the facts in order, up to three photos before and after, the whole record."""

    number: str
    made_at: str
    steps: list[StepOut]
    facts: list[LabelOut]
    before: list[PhotoOut]
    after: list[PhotoOut]
    record: list[RecordOut]
    document: str


class UploadOut(Out):
    """A file that waits, at most a day, to be named in `files` of a report or a move."""

    id: str
    kind: str
    name: str
    size: int


class LocationOut(Out):
    """What lies under a point."""

    place: PlaceOut
    cell: str | None
    grid: Named | None
    community: Named | None
    street: Named | None
    district: Named | None
    city: Named | None
    grade: str | None
    border_m: float | None


class RegionOut(Out):
    code: str
    name: str
    name_en: str
    tier: str
    parent: str | None


class Regions(Out):
    regions: list[RegionOut]


class GridOut(Out):
    code: str
    name: str
    layer: str
    community: str


class Grids(Out):
    grids: list[GridOut]


class ConditionOut(Out):
    id: int
    number: int
    filing: str
    closing: str


class ClassOut(Out):
    code: str
    name: str
    name_en: str
    kind: str
    major: str
    public: bool
    conditions: list[ConditionOut]


class Classes(Out):
    classes: list[ClassOut]


class UnitOut(Out):
    id: int
    code: str
    name: str
    name_en: str
    kind: str
    parent: int | None
    region: str | None


class Units(Out):
    units: list[UnitOut]


class BadgeOut(Out):
    queue: str
    waiting: int
    url: str


class Badges(Out):
    badges: list[BadgeOut]


class ClassSuggestionOut(Out):
    code: str
    name: str
    percent: int
    words: list[str]


class UnitSuggestionOut(Out):
    unit: int
    name: str
    percent: int
    words: list[str]


class ClassSuggestions(Out):
    classes: list[ClassSuggestionOut]


class CaseSuggestions(Out):
    classes: list[ClassSuggestionOut]
    units: list[UnitSuggestionOut]


class SimilarOut(Out):
    number: str
    stage: StageName
    case_class: Named | None
    description: str
    distance_m: float | None
    reported_at: str
    chance: float
    reasons: list[str]


class Similar(Out):
    cases: list[SimilarOut]


class SeatOut(Out):
    post: int
    title: str
    unit: int
    reach: str
    region: str | None
    grids: list[int]
    classes: list[str]
    grants: list[str]


class Me(Out):
    username: str
    name: str
    language: str
    by_token: bool
    seats: list[SeatOut]
