"""Which rates were to be expected of the rows of a table, by the cases each had to deal with.

The city's rates are those of every case, whoever asks: a reader who sees a part of the city learns
nothing of another part but what all of it together reached with a kind of case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from linli.cases.policy import visible_to
from linli.evaluation.queries.figures import FACTS, Figures, grouped, grouped_bits
from linli.evaluation.queries.names import Key
from linli.evaluation.queries.seeing import frozen_facts, seen_by
from linli.evaluation.rules.counts import COUNTS
from linli.evaluation.rules.fairness import City, Compared, Share, compare, expect, share_of

if TYPE_CHECKING:
    from linli.staff.models import User

#: By row and formula.
Fair = Mapping[Key, Mapping[str, Compared]]
_Strata = dict[str, dict[str, int]]  # counts by stratum
_Pair = tuple[str, str]  # the codes of part and whole


def fairness_for(
    user: User,
    figures: Figures,
    *,
    now: datetime,
    only: Q | None = None,
    most: int | None = None,
    facts: QuerySet[Any] | None = None,
) -> Fair:
    """The rates of `figures` that can be compared, beside what was expected: of its first `most`
    rows, or of all. `only`: as in the figures; `facts`: what they were counted of, where that is
    not what `user` sees. Empty for periods that were closed before strata were kept.

    One grouped statement (two for posts), and one more for the city's rates where `user`, `only` or
    `most` takes a part of it: rows are told apart by a hundred kinds of cases each.
    """
    shares = {
        (book.formulas[0].subject, formula.code): share
        for book in figures.books
        for formula in book.formulas
        if (share := share_of(formula)) is not None
    }
    if not shares or not figures.lines:
        return {}
    lines = figures.lines[:most]
    is_part = facts is not None or only is not None or len(lines) < len(figures.lines)
    is_whole = not is_part and visible_to(user) == Q()
    if len(lines) < len(figures.lines):
        wanted = _among(figures, [line.key for line in lines])
        only = wanted if only is None else only & wanted
    facts = seen_by(user, _facts(figures)) if facts is None else facts
    rows = _by_row(facts, figures, shares.values(), now, only)
    city = _together(rows.values()) if is_whole else _of_city(figures, shares.values(), now)
    if not any(city):
        return {}
    expected = {_pair(one): _expected(city, one) for one in shares.values()}
    found: dict[Key, dict[str, Compared]] = {}
    for line in lines:
        for formula in line.book.formulas:
            share = shares.get((formula.subject, formula.code))
            if share is None:
                continue
            tally = _tally(rows.get(line.key, {}), share)
            compared = compare(tally, expected[_pair(share)], share)
            if compared is not None:
                found.setdefault(line.key, {})[formula.code] = compared
    return found


def _by_row(
    rows: QuerySet[Any], figures: Figures, shares: Iterable[Share], now: datetime, only: Q | None
) -> dict[Key, _Strata]:
    column = _column(figures)
    found: dict[Key, _Strata] = defaultdict(dict)
    rows = rows if only is None else rows.filter(only)
    for (key, stratum), counts in _counted(figures, rows, (column, "stratum"), shares, now).items():
        found[key][stratum] = counts
    return found


def _column(figures: Figures) -> str:
    dimension = figures.dimension
    return dimension.column if figures.freeze is None else dimension.frozen_column


def _among(figures: Figures, keys: Sequence[Key]) -> Q:
    """The facts of these rows alone."""
    column = _column(figures)
    found = Q(**{f"{column}__in": [key for key in keys if key is not None]})
    return found | Q(**{f"{column}__isnull": True}) if None in keys else found


def _of_city(figures: Figures, shares: Iterable[Share], now: datetime) -> _Strata:
    found = _counted(figures, _facts(figures), ("stratum",), shares, now)
    return {stratum: counts for (stratum,), counts in found.items()}


def _facts(figures: Figures) -> Any:
    source = figures.dimension.source
    if figures.freeze is None:
        return FACTS[source]._default_manager.all()
    return frozen_facts(figures.freeze, source)


def _counted(
    figures: Figures, rows: Any, columns: tuple[str, ...], shares: Iterable[Share], now: datetime
) -> dict[tuple[Any, ...], dict[str, int]]:
    source = figures.dimension.source
    if figures.freeze is not None:
        return grouped_bits(rows, columns, COUNTS[source])
    codes = {base.code for share in shares for base in (share.part, share.whole)}
    bases = [one for one in COUNTS[source] if one.code in codes]
    period = figures.period
    return grouped(rows, source, columns, bases, period.since, period.end(now))


def _together(rows: Iterable[_Strata]) -> _Strata:
    found: _Strata = {}
    for strata in rows:
        for stratum, counts in strata.items():
            sums = found.setdefault(stratum, dict.fromkeys(counts, 0))
            for code, count in counts.items():
                sums[code] += count
    return found


def _pair(share: Share) -> _Pair:
    return share.part.code, share.whole.code


def _tally(strata: _Strata, share: Share) -> dict[str, tuple[int, int]]:
    part, whole = _pair(share)
    return {stratum: (counts[whole], counts[part]) for stratum, counts in strata.items()}


def _expected(city: _Strata, share: Share) -> City:
    return expect(_tally(city, share))
