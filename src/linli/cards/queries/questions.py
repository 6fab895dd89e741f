"""What is worth a question: finished at the last minute, no change between the photos, one photo on
two cases. Questions, not findings: each has innocent answers.

A period counts the cases reported in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from linli.cards.rules.asking import Finish, Share, shares_of
from linli.cases.models import Case, CaseClock
from linli.cases.queries.lists import cases_for, midnight
from linli.cases.rules.likeness import SAME_PICTURE_BITS
from linli.cases.rules.stages import Stage
from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Clock
from linli.kernel import rows

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_CASES = 20_000  # closed ones of a period: each is reckoned with in working time
MOST_SHOWN = 200
MOST_NAMED = 6  # cases of one photo
_DONE = (Stage.CLOSED, Stage.EVALUATED)


class Looked(NamedTuple):
    """How many cases of a period are closed, and how many of them, the newest, are looked at."""

    closed: int
    looked_at: int

    @property
    def is_part(self) -> bool:
        """Whether older ones are left out."""
        return self.looked_at < self.closed


def looked_at_for(user: User, *, since: date, until: date) -> Looked:
    """What the questions of a period stand on. One query, by index."""
    closed = _closed(user, since, until).order_by().count()
    return Looked(closed, min(closed, MOST_CASES))


def _closed(user: User, since: date, until: date) -> QuerySet[Case]:
    return cases_for(user).filter(
        stage__in=_DONE,
        reported_at__gte=midnight(since),
        reported_at__lt=midnight(until + timedelta(days=1)),
    )


def _finished(user: User, since: date, until: date) -> list[int]:
    """The newest closed cases of the period that `user` may see. One query."""
    newest = _closed(user, since, until).order_by("-reported_at", "-id")
    return list(newest.values_list("pk", flat=True)[:MOST_CASES])


def last_minute_for(user: User, *, since: date, until: date) -> list[Share]:
    """Units by what they finished right before the limit. Two queries."""
    return shares_of(finish for _case, _at, finish in _finishes(user, since, until))


class Finished(NamedTuple):
    """A case a unit finished in time: when, and how near the limit."""

    case: Case
    at: datetime
    finish: Finish


def finishes_of(
    user: User, unit_id: int, *, since: date, until: date, last: bool
) -> list[Finished]:
    """What a unit's number under `last_minute_for` counts, the latest first: what it finished in
    time, with `last` of that what it finished at the last minute. Three queries."""
    found = [
        (case_id, at, finish)
        for case_id, at, finish in _finishes(user, since, until, unit_id)
        if finish.is_last or not last
    ]
    cases = _cases({case_id for case_id, _at, _finish in found})
    listed = [Finished(cases[case_id], at, finish) for case_id, at, finish in found]
    return sorted(listed, key=lambda one: (one.at, one.case.pk), reverse=True)


def _finishes(
    user: User, since: date, until: date, unit_id: int | None = None
) -> Iterator[tuple[int, datetime, Finish]]:
    """Case, moment and finish of each handling that ended in time, of one unit or of all."""
    calendar = catalogue.calendar()
    clocks = CaseClock.objects.filter(
        case_id__in=_finished(user, since, until), stage=Stage.HANDLING, late=False,
        unit__isnull=False,
    )  # fmt: skip
    if unit_id is not None:
        clocks = clocks.filter(unit_id=unit_id)
    for row in clocks.iterator(chunk_size=2_000):
        if row.ended_at is None or row.unit_id is None:
            continue
        clock = Clock.unpack(
            {
                "limit": [str(row.limit_amount), row.limit_unit],
                "started_at": row.started_at.isoformat(),
                "stops": row.stops,
                "granted": row.granted,
            }
        )
        left = clock.left(calendar, row.ended_at)
        yield row.case_id, row.ended_at, Finish(row.unit_id, clock.total(calendar), left)


class Look(NamedTuple):
    """A photo of a case, as a page shows it."""

    number: str
    thumb: str
    url: str


class Pair(NamedTuple):
    """A case whose photos before and after the work are nearly the same."""

    unit: str
    before: Look
    after: Look
    bits: int  # of 64 by which they differ
    same_file: bool


@dataclass(frozen=True)
class Shared:
    """One photo after the work, on several cases, the newest first, each with its unit."""

    on: tuple[tuple[Look, str], ...]

    @property
    def photo(self) -> Look:
        """The photo, as the newest case has it."""
        return self.on[0][0]

    @property
    def told(self) -> tuple[tuple[Look, str], ...]:
        """The cases that are named on the page."""
        return self.on[:MOST_NAMED]

    @property
    def more(self) -> int:
        """How many more there are."""
        return len(self.on) - len(self.told)


def unchanged_for(user: User, *, since: date, until: date) -> list[Pair]:
    """Closed cases whose photo after the work is nearly the one before it, the nearest first.
    Three queries."""
    found = rows.ask(
        """
        SELECT DISTINCT ON (a.case_id) a.case_id, b.number, a.number,
            bit_count((a.fingerprint # b.fingerprint)::bit(64)), a.sha256 = b.sha256
        FROM cases_casefile a JOIN cases_casefile b ON b.case_id = a.case_id
        WHERE a.case_id = ANY(%s::bigint[]) AND a.purpose = 'after'
            AND b.purpose IN ('report', 'verify', 'before')
            AND bit_count((a.fingerprint # b.fingerprint)::bit(64)) <= %s
        ORDER BY a.case_id, 4""",
        [rows.array(_finished(user, since, until)), SAME_PICTURE_BITS],
    )
    found = sorted(found, key=lambda row: (row[3], -row[0]))[:MOST_SHOWN]
    cases = _cases({row[0] for row in found})
    return [
        Pair(_unit(cases[case]), _look(cases[case], before), _look(cases[case], after), bits, same)
        for case, before, after, bits, same in found
    ]


def shared_for(user: User, *, since: date, until: date) -> list[Shared]:
    """Photos after the work that several closed cases show, of the cases `user` may see; those on
    most cases first. Three queries."""
    found = rows.ask(
        """
        SELECT array_agg(case_id ORDER BY case_id DESC, number),
            array_agg(number ORDER BY case_id DESC, number)
        FROM cases_casefile
        WHERE case_id = ANY(%s::bigint[]) AND purpose = 'after' AND fingerprint IS NOT NULL
        GROUP BY fingerprint HAVING count(DISTINCT case_id) > 1
        ORDER BY count(DISTINCT case_id) DESC, max(case_id) DESC LIMIT %s""",
        [rows.array(_finished(user, since, until)), MOST_SHOWN],
    )
    groups = [dict(zip(cases, files, strict=True)) for cases, files in found]
    cases = _cases({case for group in groups for case in group})
    return [
        Shared(tuple((_look(cases[case], file), _unit(cases[case])) for case, file in own.items()))
        for own in groups
    ]


def _cases(ids: set[int]) -> dict[int, Case]:
    """One query."""
    found = Case.objects.filter(pk__in=ids).select_related("lead_unit", "case_class")
    return {case.pk: case for case in found}


def _unit(case: Case) -> str:
    return case.lead_unit.label if case.lead_unit else ""


def _look(case: Case, file: int) -> Look:
    at = [case.number, file]
    return Look(case.number, reverse("cases:thumb", args=at), reverse("cases:file", args=at))
