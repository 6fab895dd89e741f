"""Looking for words: with the index where they are rare, by going down the list where not.

An index of pairs of letters is slow where every pair is common, as “2号” is: it reads the whole
list of each. PostgreSQL's own statistics say how common a pair is, so only the rarest are looked
up. And where the words themselves are common, all their cases would be read for the newest fifty:
then the list is walked from its top and each case is asked for its words.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import DataContains
from django.db import connection
from django.db.models import CharField, F, Func, OuterRef, Q, Subquery, Value
from django.utils import timezone

from linli.cases import rules
from linli.cases.models import CaseWords
from linli.cases.rules.words import month_mark, months_back
from linli.kernel.text import bigrams

_LOOKED_UP = 3  # pairs asked of the index
_COMMON = 0.002  # of all cases: words whose rarest pair is rarer are rare themselves
_FEW = 50  # cases with the words within the newest two months: never worth a walk
_PAIRS = ArrayField(CharField(max_length=8))
_KEPT_S = 600


class _Statistics(NamedTuple):
    """What the database knows of the words: how many cases, and the share with a common pair."""

    read_at: float
    cases: float
    shares: dict[str, float]


_kept = _Statistics(0.0, 0.0, {})


def words_match(words: str, *, walk: bool = False) -> Q:
    """Cases that contain every pair of letters of `words`; a case number finds its case.

    `walk`: each case is asked, the index is not.
    """
    if parsed := rules.parse_case_number(words):
        return Q(pk=parsed[0])
    pairs = bigrams(words)
    if not pairs:
        return Q(pk__in=[])
    if walk:  # as a subquery no plan can turn it into a join and read all the words there are
        own = Subquery(CaseWords.objects.filter(pk=OuterRef("pk")).values("bigrams"))
        return Q(DataContains(own, Value(pairs, output_field=_PAIRS)))
    if len(pairs) <= _LOOKED_UP:
        return Q(words__bigrams__contains=pairs)
    shares = statistics().shares
    pairs.sort(key=lambda pair: (shares.get(pair, 0.0), pair))
    checked = Func(  # no index answers an expression
        F("words__bigrams"), template="(%(expressions)s || '{}'::varchar[])", output_field=_PAIRS
    )
    rest = DataContains(checked, Value(pairs[_LOOKED_UP:], output_field=_PAIRS))
    return Q(words__bigrams__contains=pairs[:_LOOKED_UP]) & Q(rest)


def are_common(words: str, *, now: datetime) -> bool:
    """Whether so many cases have these words that walking the list finds them sooner.

    Reading all m of them costs m; walking to the fiftieth costs 1/m: the two meet at the root of
    how many cases there are. No query where a pair of the words is rare; else one of the index.
    """
    if not words or rules.parse_case_number(words):
        return False
    pairs, known = bigrams(words), statistics()
    if not pairs or min(known.shares.get(pair, 0.0) for pair in pairs) < _COMMON:
        return False
    pairs.sort(key=lambda pair: known.shares[pair])
    now = max(now, timezone.now())
    lately = [month_mark(months_back(now, back)) for back in (0, 1)]
    cases = known.cases * sum(known.shares.get(mark, 0.0) for mark in lately)
    many = _FEW + int(cases**0.5)
    rows = CaseWords.objects.filter(bigrams__contains=pairs[:_LOOKED_UP], bigrams__overlap=lately)
    return rows.values("pk")[:many].count() == many


def statistics() -> _Statistics:
    """PostgreSQL's statistics of the word index. A query every ten minutes."""
    global _kept  # noqa: PLW0603  one copy a process, swapped whole
    if _kept.shares and time.monotonic() - _kept.read_at < _KEPT_S:
        return _kept
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples, most_common_elems::text::text[], most_common_elem_freqs"
            " FROM pg_stats JOIN pg_class ON pg_class.oid = 'cases_casewords'::regclass"
            " WHERE schemaname = current_schema() AND tablename = 'cases_casewords'"
            " AND attname = 'bigrams'"
        )
        found = cursor.fetchone()
    cases, pairs, shares = found or (0.0, None, None)
    known = dict(zip(pairs or (), shares or (), strict=False))
    _kept = _Statistics(time.monotonic(), float(cases), known)
    return _kept
