"""Frozen periods, and what differs between two versions of one, case by case."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.cases.models import Case, CaseEvent
from linli.cases.policy import visible_to
from linli.cases.rules import MOVES
from linli.evaluation.models import Freeze, FreezeState
from linli.evaluation.queries.figures import summed_bits
from linli.evaluation.queries.seeing import frozen_facts
from linli.evaluation.rules.counts import COUNTS, Base, Source, counted
from linli.evaluation.rules.periods import Period, Span
from linli.kernel.errors import NotFound

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_CASES = 200
#: How long a page asks by itself whether a period has been counted.
_PATIENCE = timedelta(hours=1)


def freezes() -> QuerySet[Freeze]:
    """Every frozen period, the latest first. One query."""
    return Freeze.objects.select_related("version", "frozen_by")


def any_counted(rows: Iterable[Freeze], *, now: datetime) -> bool:
    """Whether one of them is being counted, and has not been for so long that waiting is vain."""
    return any(one.state == FreezeState.MAKING and now - one.frozen_at < _PATIENCE for one in rows)


def freeze_by_id(freeze_id: int) -> Freeze:
    """One that is done. Raises NotFound."""
    found = freezes().filter(pk=freeze_id, state=FreezeState.FROZEN).first()
    if found is None:
        raise NotFound(_("There is no such closed period, or it is still being counted."))
    return found


def period_of(freeze: Freeze) -> Period:
    return Period(Span(freeze.span), freeze.first, freeze.last)


def before(freeze: Freeze) -> Freeze | None:
    """The version of the same period before this one. One query."""
    return (
        freezes()
        .filter(
            span=freeze.span, first=freeze.first, number__lt=freeze.number,
            state=FreezeState.FROZEN,
        )
        .order_by("-number")
        .first()
    )  # fmt: skip


@dataclass
class Change:
    """What differs in one case, and what happened to it since: moves with their moments."""

    case: Case
    gone: list[str] = field(default_factory=list)
    come: list[str] = field(default_factory=list)
    moved: bool = False  # counted for another region, unit, post or class
    since: list[tuple[str | Promise, datetime]] = field(default_factory=list)


@dataclass(frozen=True)
class Differences:
    """Old and new, count by count, and a page of the cases that make the difference.

    `totals`: words, before, after; what the cases gained and lost adds up to them. `hidden`: how
    many more cases there are that the reader may not see. `after`: the case to go on from.
    """

    old: Freeze
    new: Freeze
    totals: list[tuple[str, int, int]]
    cases: list[Change]
    hidden: int
    after: int | None = None


_PLACED = ("holder_id", "district_id", "street_id", "community_id", "grid_id", "class_id")
_DIFFERENT = f"""
    SELECT coalesce(a.case_id, b.case_id), coalesce(a.source, b.source),
        coalesce(a.marks, 0), coalesce(b.marks, 0),
        a.case_id IS NOT NULL AND b.case_id IS NOT NULL AND
        ({", ".join(f"a.{c}" for c in _PLACED)}, a.channel)
            IS DISTINCT FROM ({", ".join(f"b.{c}" for c in _PLACED)}, b.channel)
    FROM (SELECT * FROM evaluation_frozenfact WHERE freeze_id = %s) a
    FULL JOIN (SELECT * FROM evaluation_frozenfact WHERE freeze_id = %s) b
        ON a.case_id = b.case_id AND a.source = b.source AND a.number = b.number
    WHERE a.case_id IS NULL OR b.case_id IS NULL OR a.marks <> b.marks
        OR ({", ".join(f"a.{c}" for c in _PLACED)}, a.channel)
            IS DISTINCT FROM ({", ".join(f"b.{c}" for c in _PLACED)}, b.channel)
    ORDER BY 1 DESC
"""


def differences(user: User, old: Freeze, new: Freeze, *, after: int | None = None) -> Differences:
    """What differs between two versions of a period. Seven queries at most.

    The totals are of every case; the cases that are listed are those that `user` may see, newest
    first, a page of them from below `after` on.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT, [old.pk, new.pk])
        rows = cursor.fetchall()
    ids = sorted({row[0] for row in rows}, reverse=True)
    cases = Case.objects.filter(visible_to(user), pk__in=ids)
    shown = cases if after is None else cases.filter(pk__lt=after)
    page = list(shown.select_related("case_class").order_by("-pk")[: MOST_CASES + 1])
    seen = {one.pk: Change(one) for one in page[:MOST_CASES]}
    net: Counter[tuple[Source, int]] = Counter()
    for case_id, source_code, was, now, moved in rows:
        source = Source(source_code)
        gone, come = counted(source, was & ~now), counted(source, now & ~was)
        for base in gone:
            net[source, COUNTS[source].index(base)] -= 1
        for base in come:
            net[source, COUNTS[source].index(base)] += 1
        if case_id in seen:
            seen[case_id].gone += [_said(source, base) for base in gone]
            seen[case_id].come += [_said(source, base) for base in come]
            seen[case_id].moved |= bool(moved)
    _tell_why(seen, old.frozen_at)
    more = page[MOST_CASES - 1].pk if len(page) > MOST_CASES else None
    hidden = len(ids) - cases.count()
    return Differences(old, new, _totals(old, net), list(seen.values()), hidden, more)


def _said(source: Source, base: Base) -> str:
    """A count in words: units and posts have counts of the same names as cases."""
    match source:
        case Source.CASE:
            return str(base.label)
        case Source.TASK:
            return pgettext("count", "%(count)s (of units)") % {"count": base.label}
        case Source.STEP:
            return pgettext("count", "%(count)s (of posts)") % {"count": base.label}


def _totals(old: Freeze, net: Counter[tuple[Source, int]]) -> list[tuple[str, int, int]]:
    """The counts that differ: words, before, after. A query for each kind of facts."""
    differ = [
        (source, bit, net[source, bit])
        for source in Source
        for bit in range(len(COUNTS[source]))
        if net[source, bit]
    ]
    before = {
        source: summed_bits(frozen_facts(old, source), "freeze_id", COUNTS[source]).get(old.pk, {})
        for source in {source for source, _bit, _change in differ}
    }
    found = []
    for source, bit, change in differ:
        base = COUNTS[source][bit]
        was = before[source].get(base.code, 0)
        found.append((_said(source, base), was, was + change))
    return found


def _tell_why(seen: dict[int, Change], since: datetime) -> None:
    """What has happened to the cases since the older version. One query."""
    events = CaseEvent.objects.filter(case_id__in=list(seen), at__gt=since).order_by(
        "case_id", "number"
    )
    found = defaultdict(list)
    for case_id, move, at in events.values_list("case_id", "move", "at"):
        found[case_id].append((MOVES[move].label if move in MOVES else _("Reported"), at))
    for case_id, told in found.items():
        seen[case_id].since = told


def newest(period: Period) -> Freeze | None:
    """The newest frozen version of a period. One query."""
    rows = freezes().filter(span=period.span.value, first=period.first, state=FreezeState.FROZEN)
    return rows.order_by("-number").first()
