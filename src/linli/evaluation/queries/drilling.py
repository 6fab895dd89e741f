"""From a number to its cases: the same facts, the same question, no other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet

from linli.cases.models import Case
from linli.cases.policy import visible_to
from linli.cases.queries.lists import SHOWN
from linli.evaluation.queries.figures import FACTS, Bit
from linli.evaluation.queries.names import Key
from linli.evaluation.queries.seeing import frozen_facts, listed_by
from linli.evaluation.rules.counts import COUNTS, Base
from linli.evaluation.rules.periods import Period
from linli.evaluation.rules.subjects import Dimension

if TYPE_CHECKING:
    from linli.evaluation.models import Freeze
    from linli.staff.models import User

PAGE = 50
EVERYTHING = "all"  # the key of the sum
NOWHERE = "none"  # the key of what has no region, unit or class


@dataclass(frozen=True)
class Found:
    """A page of the cases of one number. `count`: of facts, which is the number itself; a case
    with two of them (a unit that had it twice) is listed once. `hidden`: how many of the cases the
    reader may not see, where the number counts them all the same."""

    cases: list[Case]
    count: int
    after: int | None  # the id of the case to go on from
    hidden: int = 0


def cases_of(
    user: User,
    dimension: Dimension,
    period: Period,
    base: Base,
    key: str,
    *,
    now: datetime,
    freeze: Freeze | None = None,
    only: Q | None = None,
    after: int | None = None,
    whole: bool = False,
) -> Found:
    """The cases that one number counts, newest first, a page of them. Two queries.

    `whole`: the number counts cases of everybody, as a person's own figures do; listed are those
    that `user` may see, and two queries more say how many are not.
    """
    rows = facts_of(
        None if whole else user, dimension, period, base, key, now=now, freeze=freeze, only=only
    )
    page, more = page_of(user, rows, after)
    hidden = _hidden(user, rows) if whole else 0
    return Found(page, rows.order_by().count(), more, hidden)


def facts_of(
    user: User | None,
    dimension: Dimension,
    period: Period,
    base: Base,
    key: str,
    *,
    now: datetime,
    freeze: Freeze | None = None,
    only: Q | None = None,
) -> QuerySet[Any]:
    """The facts that one number counts; of cases that `user` may see, or of all (None)."""
    rows = _facts(user, dimension, period, base, freeze, now)
    if only is not None:
        rows = rows.filter(only)
    return rows if key == EVERYTHING else rows.filter(**_where(dimension, key, freeze))


def _hidden(user: User, rows: QuerySet[Any]) -> int:
    ids = rows.order_by().values("case_id").distinct()
    return ids.count() - Case.objects.filter(visible_to(user), pk__in=ids).count()


def page_of(user: User, rows: QuerySet[Any], after: int | None) -> tuple[list[Case], int | None]:
    """The cases of these facts that `user` may see, newest first, a page of them from below `after`
    on; and the id of the case to go on from. One query."""
    cases = _cases(user, rows)
    if after is not None:
        cases = cases.filter(pk__lt=after)
    page = list(cases.select_related(*SHOWN).order_by("-pk")[: PAGE + 1])
    return page[:PAGE], page[PAGE - 1].pk if len(page) > PAGE else None


def ids_of(user: User, rows: QuerySet[Any], *, most: int) -> list[int]:
    """Of the cases of these facts that `user` may see the `most` newest, by their ids, for a list
    that goes on with them. One query."""
    return list(_cases(user, rows).order_by("-pk").values_list("pk", flat=True)[:most])


def _cases(user: User, rows: QuerySet[Any]) -> QuerySet[Case]:
    return Case.objects.filter(visible_to(user), pk__in=rows.order_by().values("case_id"))


def _facts(
    user: User | None,
    dimension: Dimension,
    period: Period,
    base: Base,
    freeze: Freeze | None,
    now: datetime,
) -> QuerySet[Any]:
    """The facts that count; of cases that `user` may see, or of all (None)."""
    source = dimension.source
    if freeze is None:
        rows = FACTS[source]._default_manager.all()
        wanted = base.when.q(period.since, period.end(now))
    else:
        bit = Bit(F("marks"), bit=COUNTS[source].index(base))
        rows = frozen_facts(freeze, source).annotate(counts=bit)
        wanted = Q(counts=1)
    found: QuerySet[Any] = rows.filter(wanted)
    return found if user is None else listed_by(user, found)


def _where(dimension: Dimension, key: str, freeze: Freeze | None) -> dict[str, object]:
    column = dimension.column if freeze is None else dimension.frozen_column
    if key == NOWHERE:
        return {f"{column}__isnull": True}
    value: Key = key if dimension.code == "channel" else id_or_none(key)
    return {column: -1 if value is None else value}


def id_or_none(text: str) -> int | None:
    """An id, or another whole number, of a query string; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
