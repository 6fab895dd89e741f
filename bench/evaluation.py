"""A month of a million cases evaluated (design §6: 10 M cases, 1 M of them in the month, ≤ 5 s for
every unit, grid and post):

    python -m bench.evaluation [--cases 1000000 | --as-they-are] [--tries 3] [--part closed]

In the bench's database (bin/linli bench load). Its newest cases are told as if all of them had been
reported in the last month that is over (bench._facts); or the month is taken as it is in the city,
without the posts, whose steps the rows of cases do not tell. Then for every way to tell figures
apart: the figures, the rates that were to be expected, the page as a whole (in this process,
through everything but the socket); what a reader of a part of the city waits for; the list behind a
number; the month closed, closed again and compared, and read as it was closed. What was closed is
taken away again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import psycopg

from bench import _database, _facts, load
from bench._figures import Figure, table

MOST = 5.0  # seconds
CORRECTED = 500  # cases that count otherwise when the month is closed again
_TOGETHER = ("unit", "grid", "collector", "operator", "chief", "dispatcher")
_NUMBERS = (("street", "reported"), ("unit", "should_close"), ("collector", "ground_filed"))


def measure(month: Any, now: Any, *, tries: int, posts: bool) -> list[Figure]:
    """The month as it runs, for who sees the city; then for who sees a part of it; with `posts`
    also by them."""
    from bench import _readers
    from linli.evaluation.queries.fairness import fairness_for
    from linli.evaluation.queries.figures import figures_for
    from linli.evaluation.rules.subjects import DIMENSIONS

    found, spans, whole = [], {}, {}
    page, user = _readers.pages_of(_readers.CITY), _readers.reader(_readers.CITY)
    for dimension in DIMENSIONS.values():
        if dimension.of_people and not posts:
            continue

        def figures(one: Any = dimension) -> Any:
            return figures_for(user, one, month, now=now)

        took = _readers.timed(figures, tries=tries)
        whole[dimension.code] = took.gave
        spans[dimension.code] = took.median
        name = f"month by {dimension.code}"
        found.append(took.shown(len(took.gave.lines)).figure(f"{name}: figures", most=MOST))

        def expected(given: Any = took.gave) -> Any:
            return fairness_for(user, given, now=now)

        took = _readers.timed(expected, tries=tries)
        found.append(took.shown(len(took.gave)).figure(f"{name}: expected rates of every row"))
        url = f"/evaluation/?by={dimension.code}&{_query(month)}"
        found.append(_of_page(page, url, f"{name}: page", tries))
    if posts:
        every = sum(spans[code] for code in _TOGETHER)
        work = f"figures of every {', '.join(_TOGETHER)}, one after the other"
        found.insert(0, _sum(work, every))
    work = f"figures by all {len(spans)} ways, one after the other"
    found.insert(int(posts), _sum(work, sum(spans.values())))
    for whose, name in _readers.READERS.items():
        page = _readers.pages_of(name)
        for code in _asked_of(whole) if name != _readers.CITY else ():
            url = f"/evaluation/?by={code}&{_query(month)}"
            found.append(_of_page(page, url, f"month by {code}: page, {whose} duty chief", tries))
        for code, count in ((code, count) for code, count in _NUMBERS if code in whole):
            for what, key in (("of all", "all"), ("of one row", _most(whole[code], count))):
                url = f"/evaluation/cases/?by={code}&{_query(month)}&count={count}&key={key}"
                work = f"list behind “{count}” {what} by {code}, {whose} duty chief"
                found.append(_of_page(page, url, work, tries))
    return found


def _asked_of(ways: Iterable[str]) -> list[str]:
    """The ways that are shown once more of a part, or as they were closed."""
    return [code for code in ("grid", "unit", "collector") if code in ways]


def closed(month: Any, now: Any, *, tries: int, posts: bool) -> list[Figure]:
    """The month closed, some cases changed, closed again and compared, and read."""
    from django.db import connection

    from bench import _readers
    from linli.evaluation.models import CaseFact, Freeze, FrozenFact
    from linli.evaluation.queries.frozen import differences

    user = _readers.reader(_readers.CITY)
    page = _readers.pages_of(_readers.CITY)
    try:
        old, first = _close(user, month, now)
        late = CaseFact.objects.filter(closed_at__gte=month.since, on_time=True).order_by("-pk")
        ids = list(late.values_list("pk", flat=True)[: CORRECTED * 7 : 7])
        CaseFact.objects.filter(pk__in=ids).update(on_time=False)
        new, second = _close(user, month, now)
        CaseFact.objects.filter(pk__in=ids).update(on_time=True)
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {FrozenFact._meta.db_table}")
        work = f"month closed, {old.facts:,} facts"
        found = [Figure(work, "–", f"{first:.0f} s, and {second:.0f} s again", note="by a job")]
        took = _readers.timed(lambda: differences(user, old, new), tries=tries)
        work = f"two versions of it compared, {len(ids)} cases differ"
        found.append(took.shown(len(took.gave.cases)).figure(work, most=MOST))
        for code in _asked_of(_TOGETHER if posts else ("grid", "unit")):
            url = f"/evaluation/?by={code}&freeze={new.pk}"
            found.append(_of_page(page, url, f"closed month by {code}: page", tries))
        url = f"/evaluation/cases/?by=unit&freeze={new.pk}&count=should_close&key=all"
        found.append(_of_page(page, url, "list behind “should_close” of the closed month", tries))
        return found
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'evaluation.freeze'")
            cursor.execute(f"TRUNCATE {FrozenFact._meta.db_table}")
            cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'evaluation.freeze'")
        Freeze.objects.filter(reason="bench").delete()


def _close(user: Any, month: Any, now: Any) -> tuple[Any, float]:
    from linli.evaluation.models import Freeze
    from linli.evaluation.services import freezing

    made = freezing.freeze(
        actor=user, now=now, span=month.span.value, day=month.first, reason="bench"
    )
    began = time.perf_counter()
    freezing.make(freeze_id=made.pk)
    return Freeze.objects.get(pk=made.pk), time.perf_counter() - began


def _of_page(page: Any, url: str, work: str, tries: int) -> Figure:
    from bench import _readers

    return _readers.of_page(page, url, tries=tries).figure(work, most=MOST)


def _sum(work: str, seconds: float) -> Figure:
    return Figure(work, f"≤ {MOST:g} s", f"{seconds:.2f} s", seconds <= MOST, "sum of the medians")


def _most(figures: Any, count: str) -> Any:
    """The row that counts most of it."""
    return max(
        (line for line in figures.lines if line.key is not None),
        key=lambda line: line.counts[count],
    ).key


def _query(month: Any) -> str:
    return f"span={month.span.value}&day={month.first.isoformat()}"


def _laid(url: str, month: Any, asked: argparse.Namespace) -> None:
    """The facts of the month, in the bench's database."""
    with psycopg.connect(url, autocommit=True) as own:
        hands = load.hands_at(url, 2)
        if asked.as_they_are:
            _facts.as_they_are(own, hands)
        else:
            _facts.one_month(own, hands, since=month.since, until=month.until, cases=asked.cases)


def _size(month: Any) -> str:
    """How many cases the month and the city have."""
    from linli.evaluation.models import CaseFact

    def cases(one: Any) -> int:
        return CaseFact.objects.filter(
            reported_at__gte=one.since, reported_at__lt=one.until
        ).count()

    return (
        f"{cases(month):,} cases reported in {month.first:%Y-%m}, {cases(month.before):,} in the"
        f" month before, {CaseFact.objects.count():,} in all;"
    )


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="cases in the month")
    parser.add_argument("--as-they-are", action="store_true", help="the month as the city has it")
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--part", choices=["running", "closed"], help="of the month; else both")
    asked = parser.parse_args()
    url = _database.use()
    from django.utils import timezone

    from bench import _readers
    from linli.evaluation.rules.periods import Period, Span

    now = _readers.newest_report()
    month = Period.around(Span.MONTH, timezone.localdate(now)).before
    _laid(url, month, asked)
    now, posts = max(now, month.until + timedelta(days=1)), not asked.as_they_are
    found = list[Figure]()
    with _readers.as_of(now):
        if asked.part != "closed":
            found += measure(month, now, tries=asked.tries, posts=posts)
        if asked.part != "running":
            found += closed(month, now, tries=asked.tries, posts=posts)
    print(table(found), "", _readers.state(_size(month)), sep="\n")


if __name__ == "__main__":
    main()
