"""Who sees which component: the same reach as with cases (design §4), read from the post alone.

`visible_to` is the filter that every list, map, count, tile and export starts from; `scopes_of`
says the same in parts that an index can answer one by one (queries.lanes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from linli.components.models import Care
from linli.components.rules.codes import CLASS_MARK
from linli.staff import policy as staff
from linli.staff.policy import Seat
from linli.territory import queries as territory
from linli.territory.rules.kinds import Tier

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT_SEE, GRANT_INSPECT = "components.see", "components.inspect"
GRANT_EXPORT, GRANT_IMPORT = "components.export", "components.import"
NOBODY = Q(pk__in=[])


@dataclass(frozen=True)
class Scope:
    """What one post sees. None means: not cut by this.

    `communities` and `grids` are ids; `cares` ids of `Care`; `classes` prefixes of the four digits.
    """

    communities: frozenset[int] | None = None
    grids: frozenset[int] | None = None
    cares: frozenset[int] | None = None
    classes: tuple[str, ...] | None = None

    @property
    def everything(self) -> bool:
        return self == Scope()

    def q(self) -> Q:
        """As a filter."""
        found = Q()
        if self.communities is not None:
            found &= Q(community_id__in=sorted(self.communities))
        if self.grids is not None:
            found &= Q(grid_id__in=sorted(self.grids))
        if self.cares is not None:
            found &= Q(care_id__in=sorted(self.cares))
        if self.classes is not None:
            found &= classes_q(self.classes)
        return found


def classes_q(prefixes: tuple[str, ...]) -> Q:
    """Components whose class begins with one of the prefixes (of four digits): by arithmetic."""
    found = NOBODY
    for prefix in prefixes:
        rest = 10 ** (4 - len(prefix))
        first = int(prefix or "0") * rest
        found |= Q(kind__gte=first, kind__lt=first + rest)
    return found


def scope_of(seat: Seat) -> Scope | None:
    """What `seat` sees, or None if its post does not read components. One query at most."""
    if GRANT_SEE not in seat.grants:
        return None
    classes = None
    if seat.class_codes:
        own = [code for code in seat.class_codes if code.startswith(CLASS_MARK) or not code]
        if not own:
            return None  # a post for events alone
        classes = tuple(sorted(code.removeprefix(CLASS_MARK) for code in own))
    if seat.reach == "grids":
        return Scope(grids=frozenset(seat.grid_ids), classes=classes)
    if seat.reach == "unit":
        return Scope(cares=cares_of(seat.unit_ids), classes=classes)
    if seat.region_id is None:
        return None
    return Scope(communities=communities_of(seat.region_id), classes=classes)


def communities_of(region_id: int) -> frozenset[int] | None:
    """The communities in a region; None for the whole installation. No query."""
    tree = territory.tree()
    if tree.scope_of(region_id).level == "all":
        return None
    under = tree.regions_under(region_id)
    found = {one.id for one in tree.every() if one.tier == Tier.COMMUNITY and one.id in under}
    scope = tree.scope_of(region_id)
    return frozenset(found | (scope.ids if scope.level == "community" else frozenset()))


def cares_of(unit_ids: frozenset[int]) -> frozenset[int]:
    """The rows of `Care` in which one of the units owns, answers or maintains. One query."""
    ids = sorted(unit_ids)
    found = Care.objects.filter(
        Q(owner_id__in=ids) | Q(responsible_id__in=ids) | Q(maintainer_id__in=ids)
    )
    return frozenset(found.values_list("pk", flat=True))


def scopes_of(user: User) -> list[Scope]:
    """What each of the person's posts sees; one that sees everything stands alone."""
    if not user.is_authenticated:
        return []
    scopes = [scope for seat in user.seats if (scope := scope_of(seat)) is not None]
    whole = [scope for scope in scopes if scope.everything]
    return whole[:1] or list(dict.fromkeys(scopes))


def visible_to(user: User) -> Q:
    """Which components `user` may see; over querysets with `kind` (queries.components)."""
    found = NOBODY
    for scope in scopes_of(user):
        if scope.everything:
            return Q()
        found |= scope.q()
    return found


def require_import(actor: User | None) -> None:
    """Raises NotYours unless `actor` may import. None is the program itself."""
    if actor is not None:
        staff.require(actor, GRANT_IMPORT)


def may_inspect(user: User) -> bool:
    """Whether the form for state and condition is offered."""
    return staff.holds_any(user, (GRANT_INSPECT,))
