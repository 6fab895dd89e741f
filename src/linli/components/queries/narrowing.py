"""A filter and what somebody sees, brought together: which components, and along which index.

The answer is a list of cuts, one a post; a component is shown if it fits one of them. Each cut can
be asked for as one condition, or as lanes: conditions that an index answers in the order of codes,
so that the first fifty of eleven million are found without reading the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.lookups import IsNull
from django.utils.translation import gettext as _

from linli.components import policy
from linli.components.models import Component, Wording
from linli.components.policy import NOBODY, Scope, classes_q
from linli.components.rules.codes import CLASS_MARK, parse_code, range_of
from linli.components.rules.filters import UNKNOWN, ComponentFilter
from linli.components.rules.states import State
from linli.kernel.errors import BadInput
from linli.kernel.text import bigrams
from linli.staff.policy import unit_tree
from linli.territory import queries as territory
from linli.territory.models import Cell, Grid
from linli.territory.rules.kinds import Tier

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_LANES = 260  # of one cut: the communities of a large district, kinds by districts
FEW_WORDINGS = 2_000  # descriptions whose components are looked up one by one
MOST_WORDINGS = 50_000  # that components are compared with, by code; more are of every component
#: The four digits of the class, from the code.
KIND = CombinedExpression(
    CombinedExpression(F("code"), "/", Value(1_000_000), output_field=BigIntegerField()),
    "%%",
    Value(10_000),
    output_field=BigIntegerField(),
)


def components() -> QuerySet[Component]:
    """All components, with `kind` to filter by."""
    return Component.objects.alias(kind=KIND)


@dataclass(frozen=True)
class Cut:
    """Components of one post that fit a filter. None: not cut by this."""

    communities: frozenset[int] | None = None
    grids: frozenset[int] | None = None
    cell: int | None = None
    cares: frozenset[int] | None = None
    kinds: tuple[str, ...] | None = None  # beginnings of the four digits
    states: tuple[State, ...] | None = None
    code: int | None = None
    installed: Q | None = None
    wordings: Q | None = None
    few_wordings: bool = False  # so that one lane will do

    @property
    def tallied(self) -> bool:
        """Whether the ledger of counts can answer it."""
        beyond = (self.grids, self.cell, self.code, self.installed, self.wordings)
        return all(one is None for one in beyond)

    def tally_q(self) -> Q:
        """The part that the ledger knows; its columns have the same names as a component's."""
        found = Q()
        if self.communities is not None:
            found &= Q(community_id__in=sorted(self.communities))
        if self.cares is not None:
            found &= Q(care_id__in=sorted(self.cares))
        if self.kinds is not None:
            found &= classes_q(self.kinds)
        if self.states is not None:
            found &= Q(state__in=[int(state) for state in self.states])
        return found

    def q(self) -> Q:
        """As one condition over `components()`."""
        found = self.tally_q()
        if self.grids is not None:
            found &= Q(grid_id__in=sorted(self.grids))
        if self.cell is not None:
            found &= Q(cell_id=self.cell)
        if self.code is not None:
            found &= Q(code=self.code)
        if self.installed is not None:
            found &= self.installed
        if self.wordings is not None:
            found &= self.wordings
        return found

    # -- along which index ------------------------------------------------------------------------
    def lanes(self) -> list[Q]:
        """The same as several conditions, each with an index in the order of codes; together they
        show every component that fits, and none twice."""
        if self.code is not None or self.few_wordings:
            return [self.q()]
        whole = self.q()
        for lanes in (self._places(), self._carers(), self._faults(), self._series()):
            if lanes is not None and len(lanes) <= MOST_LANES:
                return [lane & whole for lane in lanes]
        return [whole]

    def _places(self) -> list[Q] | None:
        """By communities: those asked for, or those of the grids and the cell."""
        communities = self.communities
        if self.grids is not None or self.cell is not None:
            communities = _communities_of(self.grids, self.cell)
        if communities is None:
            return None
        prefixes = _whole_districts(communities)
        if prefixes is not None and self.grids is None and self.cell is None:
            return self._ranges(prefixes)
        if self.kinds is None:
            return [Q(community_id=one) for one in sorted(communities)]
        tree = territory.tree()
        return [
            Q(community_id=one) & series
            for one in sorted(communities)
            for series in self._ranges([tree.region(one).code[:6]])
        ]

    def _carers(self) -> list[Q] | None:
        if self.cares is None:
            return None
        return [Q(care_id=one) for one in sorted(self.cares)]

    def _faults(self) -> list[Q] | None:
        """States that are rare enough for their own index."""
        if self.states is None or State.IN_USE in self.states:
            return None
        return [Q(state=int(state)) for state in self.states]

    def _series(self) -> list[Q] | None:
        if self.kinds is None:
            return None
        return self._ranges(_prefixes())

    def _ranges(self, prefixes: list[str]) -> list[Q]:
        kinds = ("",) if self.kinds is None else self.kinds
        found = []
        for prefix in prefixes:
            for kind in kinds:
                low, beyond = range_of(prefix + kind)
                found.append(Q(code__gte=low, code__lt=beyond))
        return found


def cuts_for(user: User, wanted: ComponentFilter) -> list[Cut]:
    """What `user` sees of `wanted`; none where that is nothing. At most one query for each of
    grid, cell, unit and words that the filter has, and one a post of a unit.

    Raises BadInput for words that cannot be searched.
    """
    return cuts_of(policy.scopes_of(user), wanted)


def cuts_of(scopes: list[Scope], wanted: ComponentFilter) -> list[Cut]:
    """What these scopes show of `wanted`: like `cuts_for`, for who is no person."""
    code = parse_code(wanted.words)
    communities = _asked_communities(wanted.region)
    cell = _asked_cell(wanted.cell)
    grids = _asked_grids(wanted.grid)
    cares = None
    if wanted.unit is not None:
        below = unit_tree().below(wanted.unit) if wanted.unit in unit_tree().nodes else frozenset()
        cares = policy.cares_of(below)
    kinds = (wanted.component_class.removeprefix(CLASS_MARK),) if wanted.component_class else None
    wordings, few = (None, False) if code or not wanted.words else _wordings(wanted)
    found = []
    for scope in scopes:
        cut = Cut(
            communities=_both(communities, scope.communities),
            grids=_both(grids, scope.grids),
            cell=cell,
            cares=_both(cares, scope.cares),
            kinds=_narrower(kinds, scope.classes),
            states=wanted.states or None,
            code=code,
            installed=_installed_q(wanted),
            wordings=wordings,
            few_wordings=few,
        )
        empty: tuple[object, ...] = (frozenset(), ())
        if all(one not in empty for one in (cut.communities, cut.grids, cut.cares, cut.kinds)):
            found.append(cut)
    return found


def fits(cuts: list[Cut]) -> Q:
    """The cuts as one condition over `components()`."""
    found = NOBODY
    for cut in cuts:
        one = cut.q()
        if one == Q():
            return one
        found |= one
    return found


# -- what a filter's codes stand for --------------------------------------------------------------
_NOWHERE: frozenset[int] = frozenset()


def _installed_q(wanted: ComponentFilter) -> Q | None:
    if not wanted.installed:
        return None
    if wanted.installed == UNKNOWN:
        return Q(installed_on__isnull=True)
    first, last = wanted.years
    found = Q(installed_on__isnull=False)
    if first is not None:
        found &= Q(installed_on__year__gte=first)
    if last is not None:
        found &= Q(installed_on__year__lte=last)
    return found


def _asked_communities(code: str) -> frozenset[int] | None:
    if not code:
        return None
    region = territory.tree().by_code(code.ljust(12, "0"))
    return policy.communities_of(region.id) if region is not None else _NOWHERE


def _asked_cell(code: str) -> int | None:
    if not code:
        return None
    return Cell.objects.filter(code=code).values_list("pk", flat=True).first() or 0


def _asked_grids(code: str) -> frozenset[int] | None:
    if not code:
        return None
    return frozenset(Grid.objects.filter(code=code).values_list("pk", flat=True))


def _communities_of(grids: frozenset[int] | None, cell: int | None) -> frozenset[int]:
    if cell is not None:
        return frozenset(Cell.objects.filter(pk=cell).values_list("community_id", flat=True))
    rows = Grid.objects.filter(pk__in=sorted(grids or ()))
    return frozenset(rows.values_list("community_id", flat=True))


def _prefixes() -> list[str]:
    """The six digits that codes of this city begin with."""
    tree = territory.tree()
    found = {one.code[:6] for one in tree.every() if one.tier == Tier.DISTRICT}
    return sorted(found or {one.code[:6] for one in tree.every() if one.tier == Tier.COMMUNITY})


def _whole_districts(communities: frozenset[int]) -> list[str] | None:
    """The six digits of the districts that these communities are the whole of, if they are."""
    tree = territory.tree()
    prefixes = {tree.region(one).code[:6] for one in communities}
    every = {
        one.id for one in tree.every() if one.tier == Tier.COMMUNITY and one.code[:6] in prefixes
    }
    return sorted(prefixes) if every <= communities else None


def _both(one: frozenset[int] | None, other: frozenset[int] | None) -> frozenset[int] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _narrower(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Beginnings of classes that fit both."""
    if one is None or other is None:
        return other if one is None else one
    return tuple(dict.fromkeys(_common(one, other)))


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> Iterator[str]:
    for mine in one:
        for theirs in other:
            if mine.startswith(theirs) or theirs.startswith(mine):
                yield max(mine, theirs, key=len)


def _wordings(wanted: ComponentFilter) -> tuple[Q, bool]:
    """Components whose place is described with these words; whether those are few. One query."""
    pairs = [pair for pair in bigrams(wanted.words) if len(pair) > 1]
    if not pairs:
        raise BadInput(
            _("q: write at least two letters of the place, or a code of 16 digits."), field="q"
        )
    rows = Wording.objects.filter(bigrams__contains=pairs)
    region = wanted.region.ljust(12, "0")
    if wanted.region and region[4:6] != "00":
        rows = rows.filter(district=int(region[:6]))
    for word in wanted.words.split():  # pairs may stand apart: the words themselves decide
        rows = rows.filter(text__icontains=word)
    found = list(rows.values_list("pk", "district")[: MOST_WORDINGS + 1])
    if len(found) <= MOST_WORDINGS:
        ids = [pk for pk, _district in found]
        which = Q(wording_id__in=ids) if len(ids) <= FEW_WORDINGS else Q(_OneOf("wording_id", ids))
        return which & _within({district for _pk, district in found}), True
    # a subquery of one value: asked of each component in turn, as there are many that fit
    one = Subquery(rows.filter(pk=OuterRef("wording_id")).values("pk"))
    return Q(IsNull(one, False)), False


def _within(districts: set[int]) -> Q:
    """From the first code of these districts to the last."""
    if not districts:
        return Q(pk__in=[])
    low, _beyond = range_of(f"{min(districts):06d}")
    _low, beyond = range_of(f"{max(districts):06d}")
    return Q(code__gte=low, code__lt=beyond)


class _OneOf(Func):
    """`column = ANY (array)`: the planner sees how many they are, and finds each by its hash."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()

    def __init__(self, column: str, ids: list[int]) -> None:
        super().__init__(F(column), Value(ids, output_field=ArrayField(IntegerField())))
