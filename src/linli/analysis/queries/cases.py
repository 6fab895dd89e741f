"""From a number to exactly its cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.analysis.queries.answering import formulas_on, names_of_keys
from linli.analysis.queries.compiling import Asked, Key, facts_behind
from linli.analysis.rules.measures import Measure, Value, menu
from linli.analysis.rules.query import Query
from linli.analysis.rules.windows import Window, compared, window_of
from linli.analysis.rules.words import WAYS
from linli.evaluation.queries.drilling import NOWHERE, id_or_none, ids_of, page_of
from linli.evaluation.rules.counts import Base
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User


@dataclass(frozen=True)
class Behind:
    """What one number counts. `counts`: each count it is made of, with how many; `cases`: a page
    of those of `base`, newest first, a case with two facts once; `after`: where to go on."""

    measure: Measure
    window: Window
    base: Base
    counts: tuple[tuple[Base, int], ...]
    value: Value
    names: tuple[str, ...]
    cases: tuple[Case, ...]
    after: int | None

    @property
    def count(self) -> int:
        """How many facts `base` counts."""
        return next(n for base, n in self.counts if base == self.base)


def behind(
    user: User,
    query: Query,
    *,
    measure: str,
    count: str = "",
    row: str = "",
    column: str = "",
    other: bool = False,
    after: int | None = None,
    now: datetime,
) -> Behind:
    """The cases of one number; `row` and `column` as in `key_text`, empty for the sum; `other`: of
    the period it is compared with. Raises BadInput naming the field."""
    asked, one, base = _number(user, query, measure, count, other, now)
    keys = _keys(query, row, column)
    facts = {each.code: facts_behind(asked, each, keys) for each in one.bases}
    counts = tuple((each, facts[each.code].order_by().count()) for each in one.bases)
    page, more = page_of(user, facts[base.code], after)
    names = _names(asked, keys)
    return Behind(
        one, asked.window, base, counts, one.value({each.code: n for each, n in counts}), names,
        tuple(page), more,
    )  # fmt: skip


def ids_behind(
    user: User,
    query: Query,
    *,
    measure: str,
    count: str = "",
    row: str = "",
    column: str = "",
    other: bool = False,
    most: int,
    now: datetime,
) -> tuple[str, list[int]]:
    """What the number is called, and the ids of the `most` newest of its cases. As `behind`."""
    asked, _one, base = _number(user, query, measure, count, other, now)
    keys = _keys(query, row, column)
    words = " · ".join([str(base.label), *_names(asked, keys), asked.window.label])
    return words, ids_of(user, facts_behind(asked, base, keys), most=most)


def _number(
    user: User, query: Query, measure: str, count: str, other: bool, now: datetime
) -> tuple[Asked, Measure, Base]:
    """What is asked, the measure, and which of its counts. Raises BadInput naming the field."""
    window = window_of(query, now=now)
    day = window.last
    if other:
        window = _other(query, window, now)
    known = menu(formulas_on(day)[1], query.source)
    if measure not in known:
        raise BadInput(_("number: choose one of the table."), field="number")
    one = known[measure]
    base = next((base for base in one.bases if base.code == count), one.bases[0])
    return Asked(user, query, window), one, base


def _names(asked: Asked, keys: Sequence[Key]) -> tuple[str, ...]:
    return tuple(
        names_of_keys(asked, way.code, [key]).get(key, "")
        for way, key in zip(asked.ways, keys, strict=False)
    )


def _other(query: Query, window: Window, now: datetime) -> Window:
    against = compared(query, window, now=now)
    if against is None:
        raise BadInput(_("compare: nothing is compared here."), field="compare")
    return against


def key_text(key: Key) -> str:
    """A key in a query string."""
    if key is None:
        return NOWHERE
    return key.isoformat() if isinstance(key, date) else str(key)


def _keys(query: Query, row: str, column: str) -> Sequence[Key]:
    found: list[Key] = []
    for name, code, text in (("row", query.by, row), ("column", query.across, column)):
        if not code or not text:
            break
        found.append(_key(name, code, text))
    return found


def _key(name: str, code: str, text: str) -> Key:
    if text == NOWHERE:
        return None
    if code in ("channel", "major"):
        return text[:40]
    try:
        if code == "time":
            return date.fromisoformat(text)
        if WAYS[code].column or code in ("hour", "weekday"):
            number = id_or_none(text)
            return -1 if number is None else number
    except ValueError:
        pass
    raise BadInput(_("%(name)s: choose one of the table.") % {"name": name}, field=name)
