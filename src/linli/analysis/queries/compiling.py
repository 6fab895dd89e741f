"""From a question to one statement: a count for each number, period and way, put together.

Each part reads the facts by the index of the moment that it counts, so that a question about a
month does not read the years before it. All parts start at the cases that the reader may see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, DateField, F, Func, IntegerField, Q, QuerySet, Value
from django.utils.translation import gettext as _

from linli.analysis.rules.measures import Measure
from linli.analysis.rules.query import Query
from linli.analysis.rules.windows import Piece, Window, grain_of, pieces
from linli.analysis.rules.words import WAYS, Way
from linli.catalogue import queries as catalogue
from linli.evaluation.queries.figures import FACTS, facts_for
from linli.evaluation.queries.names import in_region
from linli.evaluation.queries.seeing import listed_by
from linli.evaluation.rules.counts import Base, Came, Owed
from linli.kernel.errors import BadInput, NotFound
from linli.staff import queries as staff
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User

Key = int | str | date | None
Counts = dict[tuple[Key, Key], dict[str, int]]
_MOST_OWED = 62  # steps of time for numbers that count what is overdue


class _Start(Func):
    """The day on which the week, month, … of a moment begins, by the city's clock."""

    template = "date_trunc('%(grain)s', %(expressions)s)::date"
    arg_joiner = " AT TIME ZONE "
    output_field = DateField()


class _Part(Func):
    """The hour (0 to 23) or day of the week (1 is Monday) of a moment, by the city's clock."""

    template = "extract(%(part)s FROM %(expressions)s)::int"
    arg_joiner = " AT TIME ZONE "
    output_field = IntegerField()


@dataclass(frozen=True)
class Asked:
    """A question made ready: its reader, its period, its facts."""

    user: User
    query: Query
    window: Window

    @property
    def ways(self) -> tuple[Way, ...]:
        return tuple(WAYS[code] for code in (self.query.by, self.query.across) if code)

    @cached_property
    def pieces(self) -> list[Piece]:
        """The steps of time, where rows or columns are steps of time."""
        if "time" not in (self.query.by, self.query.across):
            return []
        return pieces(self.window, grain_of(self.query, self.window))

    @cached_property
    def facts(self) -> QuerySet[Any]:
        """Facts of cases that the reader may see and the filters let through. At most one query:
        the unit of the filter."""
        return self._let_through(facts_for(self.user, self.query.source))

    @property
    def listed(self) -> QuerySet[Any]:
        """The same, to find cases by."""
        return self._let_through(
            listed_by(self.user, FACTS[self.query.source]._default_manager.all())
        )

    def _let_through(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        wanted = _filters(self.query)
        return rows.order_by().filter(wanted) if wanted else rows.order_by()


def counts_of(asked: Sequence[Asked], measures: Sequence[Measure]) -> list[Counts]:
    """The counts of the same question over one or several periods. One statement."""
    bases = {base.code: base for measure in measures for base in measure.bases}
    numbers = {code: number for number, code in enumerate(bases)}
    parts: list[QuerySet[Any]] = []
    for place, one in enumerate(asked):
        for base in bases.values():
            parts += _parts(one, base, place * len(bases) + numbers[base.code])
    rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    codes = list(bases)
    found: list[Counts] = [defaultdict(lambda: dict.fromkeys(codes, 0)) for _each in asked]
    fold = {way.code: majors() if way.code == "major" else None for way in asked[0].ways}
    for row in rows:
        place, number = divmod(row["which"], len(bases))
        keys = [_folded(row[f"way_{n}"], fold[way.code]) for n, way in enumerate(asked[0].ways)]
        key = (keys[0] if keys else None, keys[1] if len(keys) > 1 else None)
        found[place][key][codes[number]] += row["n"]
    return found


def facts_behind(asked: Asked, base: Base, keys: Sequence[Key]) -> QuerySet[Any]:
    """The facts that one number counts; `keys` as many as there are ways, or none for all."""
    rows, since, until = asked.listed, asked.window.since, asked.window.until
    stamp = _stamp(base)
    for way, key in zip(asked.ways, keys, strict=False):
        match way.code:
            case "time":
                piece = next((one for one in asked.pieces if one.start == key), None)
                if piece is None:
                    return rows.none()
                since, until = piece.since, piece.until
            case "hour" | "weekday":
                rows = rows.annotate(**{f"of_{way.code}": _moment(way, stamp, "")})
                rows = rows.filter(**{f"of_{way.code}": key})
            case "major" if key is not None:
                book = majors()
                rows = rows.filter(class_id__in=[pk for pk, code in book.items() if code == key])
            case _ if key is None:
                rows = rows.filter(**{f"{way.column}__isnull": True})
            case _:
                rows = rows.filter(**{way.column: key})
    found: QuerySet[Any] = rows.filter(base.when.q(since, until))
    return found


def majors() -> dict[int, str]:
    """Classes to the code of their major class, such as E01."""
    return {one.pk: one.code[:3] for one in catalogue.current().all_classes}


def _folded(key: Key, book: dict[int, str] | None) -> Key:
    return key if book is None or key is None else book.get(int(str(key)))


def _parts(asked: Asked, base: Base, which: int) -> Iterator[QuerySet[Any]]:
    """What is counted of one number: as it came; over time, what is overdue is so in each step at
    whose end it is."""
    rows, window = asked.facts, asked.window
    steps = asked.pieces
    if isinstance(base.when, Owed) and steps:
        if len(steps) > _MOST_OWED:
            raise BadInput(_too_fine(), field="grain")
        done = Came(base.when.done, base.when.having)
        yield _counted(asked, rows.filter(done.q(window.since, window.until)), base, which)
        for step in steps:
            if step.until <= step.since:  # it has not begun: nothing is owed in it
                continue
            late = rows.filter(base.when.overdue(step.until), **base.when.having)
            yield _counted(asked, late, base, which, step)
    else:
        yield _counted(asked, rows.filter(base.when.q(window.since, window.until)), base, which)


def _too_fine() -> str:
    return _("grain: for what is overdue too, at most %(n)d steps. Choose longer ones.") % {
        "n": _MOST_OWED
    }


def _counted(
    asked: Asked, rows: QuerySet[Any], base: Base, which: int, step: Piece | None = None
) -> QuerySet[Any]:
    ways: dict[str, Any] = {}
    for n, way in enumerate(asked.ways):
        if way.code == "time" and step is not None:
            ways[f"way_{n}"] = Value(step.start, output_field=DateField())
        elif way.column:
            ways[f"way_{n}"] = F(way.column)
        else:
            grain = grain_of(asked.query, asked.window)
            ways[f"way_{n}"] = _moment(way, _stamp(base), grain)
    number = Value(which, output_field=IntegerField())
    kinds = rows.annotate(which=number, **ways).values("which", *ways)
    found: QuerySet[Any] = kinds.annotate(n=Count("case_id"))
    return found


def _moment(way: Way, stamp: str, grain: str) -> Func:
    zone = Value(settings.TIME_ZONE)
    if way.code == "time":
        return _Start(F(stamp), zone, grain=grain)
    return _Part(F(stamp), zone, part="hour" if way.code == "hour" else "isodow")


def _stamp(base: Base) -> str:
    return base.when.done if isinstance(base.when, Owed) else base.when.stamp


def _filters(query: Query) -> Q:
    """Raises BadInput naming the filter for which there is nothing."""
    wanted = Q()
    if query.region:
        wanted &= _in_region(query.region)
    if query.case_class:
        ids = catalogue.current().class_ids([query.case_class])
        if not ids:
            raise BadInput(_none("class", query.case_class), field="class")
        wanted &= Q(class_id__in=sorted(ids))
    if query.channel:
        wanted &= Q(channel=query.channel)
    if query.unit is not None:
        try:
            wanted &= Q(unit_id=staff.unit_for(query.unit).pk)
        except NotFound:
            raise BadInput(_none("unit", str(query.unit)), field="unit") from None
    return wanted


def _in_region(code: str) -> Q:
    region = territory.tree().by_code(code)
    if region is None:
        raise BadInput(_none("region", code), field="region")
    return in_region(region.id)


def _none(name: str, text: str) -> str:
    return _("%(name)s: there is none with the code “%(text)s”. Choose one of the list.") % {
        "name": name,
        "text": text,
    }
