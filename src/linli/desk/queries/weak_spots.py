"""Where a class of components is weak (薄弱点): places, single components, units, ages.

Cases are those of the class that the list of cases shows, in a period; components those of the
class that the list of components shows, without removed ones. Bounded whatever the city: cases are
grouped in one statement, by the places they lie in (34,619 cells at most); components are counted
from the ledger of counts, and for grids and cells only in the few that have most cases, each a
range of the index by community and code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import islice
from operator import or_
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractYear
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases import queries as cases
from linli.cases.rules.filters import CaseFilter
from linli.components import queries as components
from linli.components.models import Care, Component, Tally
from linli.components.policy import NOBODY
from linli.components.queries import Cut
from linli.components.queries.lists import tallied
from linli.components.rules.filters import STANDING_STATES, UNKNOWN, ComponentFilter
from linli.components.rules.states import State
from linli.components.rules.tallies import LEVELS
from linli.territory import queries as territory
from linli.territory.models import Cell, Grid

if TYPE_CHECKING:
    from linli.staff.models import User

CANDIDATES = 50  # places with most cases, among which the cases per component are compared
SHOWN = 10
MOST_CODES = 20_000  # components with cases that units are found for
MOST_AGED = 300_000  # components that are looked at for their age
BANDS = ((0, 4), (5, 9), (10, 19), (20, None))  # years since the installation


@dataclass(frozen=True)
class Weak:
    """A place or a unit: its cases and its components, and the lists they stand in."""

    name: str
    cases: int
    components: int
    cases_query: str = ""
    components_query: str = ""

    @property
    def per_hundred(self) -> float:
        """Cases a hundred components."""
        return 100 * self.cases / self.components if self.components else 0.0


@dataclass(frozen=True)
class Age:
    """Components installed in some years."""

    name: str
    components: int
    query: str


@dataclass(frozen=True)
class WeakSpots:
    """All that the page tells of a class."""

    components: int
    faulty: int
    cases: int
    streets: list[Weak]
    grids: list[Weak]
    cells: list[Weak]
    units: list[Weak]
    repeated: list[tuple[Component, int]]
    ages: list[Age] | None  # None: too many to look at


def weak_spots(
    user: User, component_class: str, *, region: str = "", days: int = 365, now: datetime
) -> WeakSpots:
    """What `user` may see of it, in the last `days`. Some ten queries. Raises BadInput."""
    since = timezone.localdate(now) - timedelta(days=days)
    wanted = CaseFilter(case_class=component_class, region=region, since=since)
    things = ComponentFilter(component_class=component_class, region=region, states=STANDING_STATES)
    return _Looking(user, wanted, things, now).found()


class _Looking:
    """One question on its way."""

    def __init__(
        self, user: User, wanted: CaseFilter, things: ComponentFilter, now: datetime
    ) -> None:
        self.wanted, self.things, self.now, self.user = wanted, things, now, user
        self.cuts = components.cuts_for(user, things)
        self.rows = cases.filtered(user, wanted, now=now).order_by()

    def found(self) -> WeakSpots:
        by_street: Counter[int] = Counter()
        by_grid: Counter[int] = Counter()
        by_cell: Counter[int] = Counter()
        total = 0
        groups = self.rows.values_list("street_id", "grid_id", "cell_id").annotate(n=Count("pk"))
        for street, grid, cell, count in groups:
            total += count
            for counter, place in ((by_street, street), (by_grid, grid), (by_cell, cell)):
                if place is not None:
                    counter[place] += count
        ledger, by_code = self._ledger(), self._by_code()
        standing = sum(count for *_key, count in ledger)
        return WeakSpots(
            components=standing,
            faulty=sum(count for _c, _k, state, count in ledger if state != State.IN_USE),
            cases=total,
            streets=self._streets(by_street, ledger),
            grids=self._grids(by_grid),
            cells=self._cells(by_cell),
            units=self._units(by_code, ledger),
            repeated=self._repeated(by_code),
            ages=self._ages() if standing <= MOST_AGED else None,
        )

    def _ledger(self) -> list[tuple[int, int, int, int]]:
        """(community, care, state, count) of the components. One query: of somebody who sees single
        grids the components themselves are counted, as they are few."""
        if all(cut.tallied for cut in self.cuts):
            rows: Any = Tally.objects.filter(tallied(self.cuts), level=LEVELS[-1])
            counted: Any = Sum("count")
        else:
            rows, counted = self._components(), Count("pk")
        return list(rows.values_list("community_id", "care_id", "state").annotate(n=counted))

    def _components(self) -> Any:
        """The components along the indexes of their cuts."""
        return components.components().filter(_along(self.cuts)).order_by()

    # -- places -----------------------------------------------------------------------------------
    def _streets(self, by_street: Counter[int], ledger: Iterable[Any]) -> list[Weak]:
        tree = territory.tree()
        counts: Counter[int] = Counter()
        street_of: dict[int, int | None] = {}
        for community, _care, _state, count in ledger:
            if community not in street_of:
                above = [*tree.ancestors_of(community)]
                street_of[community] = next((one for one in above if one in by_street), None)
            street = street_of[community]
            if street is not None:
                counts[street] += count
        codes = {one: tree.region(one) for one in by_street}
        return _worst(
            Weak(
                codes[one].name, count, counts[one],
                self._cases(region=codes[one].code), self._list(region=codes[one].code),
            )
            for one, count in by_street.most_common(CANDIDATES)
        )  # fmt: skip

    def _grids(self, by_grid: Counter[int]) -> list[Weak]:
        likely = dict(by_grid.most_common(CANDIDATES))
        grids = {one.pk: one for one in Grid.objects.filter(pk__in=likely)}
        counts = self._counts("grid_id", grids.values())
        return _worst(
            Weak(
                grid.name, likely[key], counts.get(key, 0),
                self._cases(grid=grid.code), self._list(grid=grid.code),
            )
            for key, grid in grids.items()
        )  # fmt: skip

    def _cells(self, by_cell: Counter[int]) -> list[Weak]:
        likely = dict(by_cell.most_common(CANDIDATES))
        cells = {one.pk: one for one in Cell.objects.filter(pk__in=likely)}
        counts = self._counts("cell_id", cells.values())
        return _worst(
            Weak(cell.code, likely[key], counts.get(key, 0), "", self._list(cell=cell.code))
            for key, cell in cells.items()
        )

    def _counts(self, column: str, places: Iterable[Any]) -> dict[int, int]:
        """Components in each of these grids or cells: of their communities alone. One query."""
        near = [*places]
        communities = frozenset(one.community_id for one in near)
        fits = _along(_within(cut, communities) for cut in self.cuts)
        rows = components.components().filter(fits, **{f"{column}__in": [one.pk for one in near]})
        return dict(rows.order_by().values_list(column).annotate(n=Count("pk")))

    # -- single components and who cares for them -------------------------------------------------
    def _by_code(self) -> dict[int, int]:
        """Cases of each component that has any, most first. One query."""
        rows = self.rows.filter(component_code__isnull=False).values_list("component_code")
        return dict(rows.annotate(n=Count("pk")).order_by("-n", "component_code")[:MOST_CODES])

    def _repeated(self, by_code: Mapping[int, int]) -> list[tuple[Component, int]]:
        """Components with more than one case, most first. One query."""
        counts = {code: n for code, n in islice(by_code.items(), 2 * SHOWN) if n > 1}
        seen = self._components().filter(pk__in=list(counts))
        found = {one.pk: one for one in seen.select_related("wording", "community", "grid")}
        return [(found[code], count) for code, count in counts.items() if code in found][:SHOWN]

    def _units(self, counts: Mapping[int, int], ledger: Iterable[Any]) -> list[Weak]:
        """Who maintains, of the cases that point to a component. Two queries."""
        carers = dict(Component.objects.filter(pk__in=list(counts)).values_list("pk", "care_id"))
        by_care: Counter[int] = Counter()
        for code, count in counts.items():
            if code in carers:
                by_care[carers[code]] += count
        standing: Counter[int] = Counter()
        for _community, care, _state, count in ledger:
            standing[care] += count
        return _worst(self._by_maintainer(by_care, standing))

    def _by_maintainer(
        self, by_care: Mapping[int, int], standing: Mapping[int, int]
    ) -> Iterable[Weak]:
        cares = Care.objects.filter(pk__in=list(standing)).select_related("maintainer", "owner")
        counts: dict[tuple[int | None, str], list[int]] = {}
        for care in cares:
            unit = care.maintainer or care.owner
            name = str(unit or care.maintainer_name or care.owner_name or _("nobody known"))
            pair = counts.setdefault((unit.pk if unit else None, name), [0, 0])
            pair[0] += by_care.get(care.pk, 0)
            pair[1] += standing[care.pk]
        for (unit_id, name), (count, those) in counts.items():
            query = self._list(unit=unit_id) if unit_id is not None else ""
            yield Weak(name, count, those, "", query)

    # -- age --------------------------------------------------------------------------------------
    def _ages(self) -> list[Age]:
        """By years since the installation. One query, over the class's own ranges of codes."""
        if not self.cuts:
            return []
        years = self._components().annotate(year=ExtractYear("installed_on")).values_list("year")
        counts = dict(years.annotate(n=Count("pk")))
        today = timezone.localdate(self.now)
        found = [self._band(counts, today, *band) for band in BANDS]
        return [*found, Age(_("not known"), counts.get(None, 0), self._list(installed=UNKNOWN))]

    def _band(
        self, counts: Mapping[int | None, int], today: date, least: int, most: int | None
    ) -> Age:
        last = today.year - least
        first = today.year - most if most is not None else None
        inside = (
            count for year, count in counts.items()
            if year is not None and year <= last and (first is None or year >= first)
        )  # fmt: skip
        if most is None:
            name = _("%(years)d years and older") % {"years": least}
        else:
            name = _("%(least)d to %(most)d years") % {"least": least, "most": most}
        years = f"{first if first is not None else ''}-{last}"
        return Age(name, sum(inside), self._list(installed=years))

    # -- the lists that figures open to -----------------------------------------------------------
    def _cases(self, **more: Any) -> str:
        return urlencode(self.wanted.with_(**more).query())

    def _list(self, **more: Any) -> str:
        return urlencode(self.things.with_(**more).query())


def _along(cuts: Iterable[Cut]) -> Q:
    """What lies in the cuts, as one condition that follows their indexes."""
    return reduce(or_, (lane for cut in cuts for lane in cut.lanes()), NOBODY)


def _within(cut: Cut, communities: frozenset[int]) -> Cut:
    both = communities if cut.communities is None else cut.communities & communities
    return replace(cut, communities=both)


def _worst(found: Iterable[Weak]) -> list[Weak]:
    """Most cases a component first, those with a single case (chance) behind all others."""
    some = [one for one in found if one.cases]
    order = sorted(some, key=lambda one: (one.cases < 2, -one.per_hundred, -one.cases, one.name))
    return order[:SHOWN]
