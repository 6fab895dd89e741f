"""Service requests as others read them.

A stranger reads what the residents' pages show everybody (`cases.queries.public`): class, stage,
day and rounded place of filed cases of public classes, never anybody's words; the list is cut by
what is shown, so that no asking brings out a time or a place more exactly. A key with `cases.see`
reads what its post may see, whole; every other key besides what was sent by it, with its own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Polygon
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from linli.cases.models import Case, CaseEvent, Report
from linli.cases.queries import cases_for
from linli.cases.queries.lists import in_region
from linli.cases.queries.public import ABOUT_PERSONS, public_rows, results_of, rounded
from linli.cases.rules import parse_case_number
from linli.cases.rules.stages import ENDED, Stage
from linli.kernel.errors import NotFound
from linli.open311.models import Submission
from linli.open311.policy import Reader
from linli.open311.queries.jurisdictions import Served
from linli.open311.rules.asking import MOST_PAGED, Asked, Box
from linli.open311.rules.kinds import Answering
from linli.open311.rules.moments import day_of
from linli.open311.rules.statuses import stages_of

POLL = timedelta(days=2)  # since then few have moved: their events lead to them
SHOWN_DAYS = 90  # how long a solved case is shown: the span of the standard
_BESIDE = ("case_class", "lead_unit", "grid", "community")
_MARGIN = 0.001  # degrees around a box: more than rounding moves a place
_MOST_MERGES = 20


@dataclass(slots=True)
class Seen:
    """A case as one reader sees it. `whole`: with words, exact time and place. `root`: where its
    merges lead. `said`: the words of the report that this key sent."""

    case: Case
    root: Case
    whole: bool = False
    submission: Submission | None = None
    said: str = ""
    photo: int | None = None
    events: list[Any] = field(default_factory=list)

    @property
    def requested_at(self) -> datetime:
        """When it was reported; for strangers the beginning of that day."""
        return self.case.reported_at if self.whole else day_of(self.case.reported_at)

    @property
    def updated_at(self) -> datetime:
        """When it was closed, or came to where it stands."""
        root = self.root
        if root.stage in (Stage.CLOSED, Stage.EVALUATED) and root.closed_at is not None:
            return root.closed_at
        if root.stage == Stage.REPORTED:
            return self.requested_at
        return max(root.stage_since, self.requested_at)

    @property
    def place(self) -> tuple[float, float] | None:
        """Lon and lat in WGS84; for strangers rounded to about 20 m."""
        point = self.case.place
        if point is None:
            return None
        exact = (round(point.x, 7), round(point.y, 7))
        return exact if self.whole else rounded(*exact)


def requests_for(reader: Reader, served: Served, asked: Asked, *, now: datetime) -> list[Seen]:
    """The list, newest first; those asked for by number in that order. Up to nine queries,
    whatever its length."""
    if asked.ids:
        return _named(reader, served, asked.ids, now=now)
    end = asked.start + asked.size
    found: list[Case] = []
    for rows in _lists(reader, served, asked, now=now):
        found += rows.select_related(*_BESIDE).order_by("-reported_at", "-id")[:end]
    once = {case.pk: case for case in found}
    newest = sorted(once.values(), key=lambda case: (case.reported_at, case.pk), reverse=True)
    seen = _dressed(reader, newest[asked.start : end])
    if asked.box is not None:
        seen = [one for one in seen if one.place and _within(one.place, asked.box)]
    return seen


def request_for(reader: Reader, served: Served, number: str, *, now: datetime) -> Seen:
    """One request. Up to eight queries. Raises NotFound, also for one the reader may not see."""
    found = _named(reader, served, (number,), now=now)
    if not found:
        raise NotFound(
            _("There is no service request %(number)s here, or it is not public.")
            % {"number": number[:60]},
            field="service_request_id",
        )
    return found[0]


# -- which cases ----------------------------------------------------------------------------------
def _lists(reader: Reader, served: Served, asked: Asked, *, now: datetime) -> list[QuerySet[Case]]:
    """What fits and the reader sees in the jurisdiction, unordered: one list, or what is public
    and what was sent by the key, each by an index of its own."""
    region = _in_region(served)
    if reader.sees:
        assert reader.user is not None
        rows = cases_for(reader.user).filter(region, case_class__isnull=False)
        return [rows.filter(_fits(asked))]
    shown = public_rows(now=now, solved_days=SHOWN_DAYS).filter(region)
    lists = [shown.filter(_fits(asked, by_day=True))]
    if reader.key_id is not None:
        own = Submission.objects.filter(
            key_id=reader.key_id, jurisdiction=served.code, sent_at__range=asked.span
        ).exclude(answering=Answering.BLACKBOX)
        ids = list(own.order_by("-sent_at").values_list("case_id", flat=True)[:MOST_PAGED])
        lists.append(Case.objects.filter(_fits(asked), pk__in=ids, case_class__isnull=False))
    return lists


def _in_region(served: Served) -> Q:
    return Q() if served.region_id is None else in_region(served.region_id)


def _fits(asked: Asked, *, by_day: bool = False) -> Q:
    """The filters. `by_day`: a report is of a day, and fits by the beginning of it."""
    start, end = asked.span
    if by_day:
        first = day_of(start)
        start = first if first == start else first + timedelta(days=1)
        end = day_of(end) + timedelta(days=1, microseconds=-1)
    fits = Q(reported_at__gte=start, reported_at__lte=end, stage__in=stages_of(asked.statuses))
    if asked.codes:
        fits &= Q(case_class__code__in=asked.codes)
    if asked.updated_after is not None:
        fits &= Q(stage_since__gte=asked.updated_after)
        if asked.span.end - asked.updated_after < POLL:  # what has moved has left an event
            lately = CaseEvent.objects.filter(at__gte=asked.updated_after)
            fits &= Q(pk__in=lately.values("case_id"))
    if asked.updated_before is not None:
        fits &= Q(stage_since__lte=asked.updated_before)
    if asked.box is not None:
        west, south, east, north = asked.box
        around = Polygon.from_bbox(
            (west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
        )
        around.srid = 4326
        fits &= Q(place__intersects=around)
    return fits


def _named(reader: Reader, served: Served, numbers: Sequence[str], *, now: datetime) -> list[Seen]:
    """Those of the numbers that the reader may see, in their order.

    By its number a stranger may also look up what came by Open311 and is not filed yet or has
    ended otherwise: whoever sent it has to find it. Not its words.
    """
    wanted = {n: parsed for n in numbers if (parsed := parse_case_number(n)) is not None}
    ids = [case_id for case_id, _day in wanted.values()]
    if not ids:
        return []
    region = _in_region(served)
    if reader.sees:
        assert reader.user is not None
        may_see = Q(pk__in=cases_for(reader.user).filter(region, pk__in=ids).values("pk"))
    else:
        shown = public_rows(now=now, solved_days=SHOWN_DAYS).filter(region, pk__in=ids)
        may_see = Q(pk__in=list(shown.values_list("pk", flat=True))) | _sent_here(
            reader, served, ids
        )
    rows = Case.objects.filter(may_see, case_class__isnull=False).select_related(*_BESIDE)
    found = {case.pk: case for case in rows}
    cases = [
        found[case_id]
        for case_id, day in wanted.values()
        if case_id in found and found[case_id].reported_on == day
    ]
    return _dressed(reader, cases)


def _sent_here(reader: Reader, served: Served, ids: list[int]) -> Q:
    """Which of the cases came by Open311 and may be looked up by their number. One query."""
    sent = Submission.objects.filter(case_id__in=ids, jurisdiction=served.code).exclude(
        answering=Answering.BLACKBOX
    )
    own = [row.case_id for row in sent if _is_own(reader, row)]
    known = [row.case_id for row in sent if row.answering == Answering.REALTIME]
    public = Q(case_class__public=True) & ~Q(case_class__code__in=ABOUT_PERSONS)
    return Q(pk__in=own) | (Q(pk__in=known) & public)


def _is_own(reader: Reader, row: Submission) -> bool:
    return reader.key_id is not None and row.key_id == reader.key_id


# -- what is shown of them ------------------------------------------------------------------------
def _dressed(reader: Reader, cases: list[Case]) -> list[Seen]:
    """The cases with what is shown beside them. Four queries, one more a level of merges."""
    sent = _submissions(reader, [case.pk for case in cases])
    words = _words(sent.values())
    roots = _roots(cases)
    solved = [root.pk for root in roots.values() if root.stage in (Stage.CLOSED, Stage.EVALUATED)]
    photos = {row.case_id: row.number for row in results_of(solved)} if solved else {}
    seen = []
    for case in cases:
        row, root = sent.get(case.pk), roots[case.pk]
        own = row is not None and _is_own(reader, row)
        public = root.case_class is not None and _is_public(root)
        seen.append(
            Seen(
                case=case,
                root=root,
                whole=reader.sees or own,
                submission=row if own or reader.sees else None,
                said=words.get((case.pk, row.number), "") if row is not None and own else "",
                photo=photos.get(root.pk) if public else None,
            )
        )
    return seen


def _is_public(case: Case) -> bool:
    kind = case.case_class
    return kind is not None and kind.public and kind.code not in ABOUT_PERSONS


def _submissions(reader: Reader, case_ids: list[int]) -> dict[int, Submission]:
    """How the cases came in, for keys. One query; none for strangers."""
    if reader.key_id is None or not case_ids:
        return {}
    rows = Submission.objects.filter(case_id__in=case_ids)
    if not reader.sees:
        rows = rows.filter(key_id=reader.key_id)
    return {row.case_id: row for row in rows.order_by("case_id", "-number")}


def _words(sent: Iterable[Submission]) -> dict[tuple[int, int], str]:
    ids = [row.case_id for row in sent]
    if not ids:
        return {}
    rows = Report.objects.filter(case_id__in=ids).values_list("case_id", "number", "description")
    return {(case_id, number): words for case_id, number, words in rows}


def _roots(cases: list[Case]) -> dict[int, Case]:
    """Where the merges of each case lead: case id -> case. No query without merges."""
    roots = {case.pk: case for case in cases}
    for _level in range(_MOST_MERGES):
        above = {c.merged_into for c in roots.values() if c.merged_into is not None}
        if not above:
            break
        found = Case.objects.select_related(*_BESIDE).in_bulk(list(above))
        roots = {
            pk: found.get(c.merged_into, c) if c.merged_into is not None else c
            for pk, c in roots.items()
        }
    return roots


def _within(place: tuple[float, float], box: Box) -> bool:
    west, south, east, north = box
    return west <= place[0] <= east and south <= place[1] <= north


def number_told(submission: Submission, case: Case) -> str | None:
    """The number that a token stands for, as soon as it may be told (T2)."""
    if submission.answering == Answering.REALTIME:
        return case.number
    if submission.answering == Answering.BATCH:
        told = case.stage in ENDED or case.stage not in (Stage.REPORTED, Stage.VERIFYING)
        return case.number if told else None
    return None
