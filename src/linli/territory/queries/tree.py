"""The tree of divisions, kept in the process and rebuilt when a region changes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.territory.queries.watch import present_boundaries
from linli.territory.rules.kinds import Tier

Level = Literal["all", "district", "street", "community"]


class RegionFacts(NamedTuple):
    """What the tree knows of a region that exists today or existed once."""

    id: int
    code: str
    name: str
    name_en: str
    tier: str
    parent_id: int | None
    ended: bool


class RegionScope(NamedTuple):
    """A region as a filter on the columns a case keeps: ids of `level`; "all" filters nothing."""

    level: Level
    ids: frozenset[int]


class Tree:
    """The divisions of one version. Questions about it need no query."""

    def __init__(self, regions: list[RegionFacts]) -> None:
        self._regions = {region.id: region for region in regions}
        self._children: dict[int | None, list[RegionFacts]] = defaultdict(list)
        for region in regions:
            self._children[region.parent_id].append(region)
        for children in self._children.values():
            children.sort(key=lambda region: region.code)
        self._under: dict[int, frozenset[int]] = {}
        self._coded: dict[str, RegionFacts] = {}
        for region in sorted(regions, key=lambda region: (region.ended, -region.id)):
            self._coded.setdefault(region.code, region)

    def region(self, region_id: int) -> RegionFacts:
        """Raises NotFound."""
        try:
            return self._regions[region_id]
        except KeyError:
            raise NotFound(_("There is no such region."), field="region") from None

    def by_code(self, code: str) -> RegionFacts | None:
        """The region that carries `code`, the present one before an ended one."""
        return self._coded.get(code)

    def every(self) -> list[RegionFacts]:
        """All regions, ended ones included."""
        return list(self._regions.values())

    def regions(self, tier: str | None = None) -> list[RegionFacts]:
        """The present regions (of one tier), by code."""
        present = [r for r in self._regions.values() if not r.ended and tier in (None, r.tier)]
        return sorted(present, key=lambda region: region.code)

    def children_of(self, region_id: int | None) -> list[RegionFacts]:
        """The present regions right below one (None: the roots), by code."""
        return [region for region in self._children.get(region_id, []) if not region.ended]

    def ancestors_of(self, region_id: int) -> list[int]:
        """The region itself, its parent, … up to the root. Raises NotFound."""
        chain = [self.region(region_id)]
        while (parent_id := chain[-1].parent_id) is not None:
            chain.append(self.region(parent_id))
        return [region.id for region in chain]

    def ancestor_of(self, region_id: int, tier: str) -> int | None:
        """The region of `tier` at or above a region, if there is one."""
        for ancestor_id in self.ancestors_of(region_id):
            if self._regions[ancestor_id].tier == tier:
                return ancestor_id
        return None

    def regions_under(self, region_id: int) -> frozenset[int]:
        """A region and everything below it, ended ones included: old cases lie in them."""
        if region_id not in self._under:
            self.region(region_id)
            found, open_ids = {region_id}, [region_id]
            while open_ids:
                below = [child.id for child in self._children.get(open_ids.pop(), [])]
                found.update(below)
                open_ids += below
            self._under[region_id] = frozenset(found)
        return self._under[region_id]

    def scope_of(self, region_id: int) -> RegionScope:
        """The filter that stands for a region. Raises NotFound.

        A city or province is its districts, or "all" if there are no others; what lies below a
        community is its community.
        """
        region = self.region(region_id)
        if region.tier in (Tier.PROVINCE, Tier.CITY):
            districts = {r.id for r in self._regions.values() if r.tier == Tier.DISTRICT}
            own = districts & self.regions_under(region_id)
            return RegionScope("all", frozenset()) if own == districts else _districts(own)
        if region.tier == Tier.GROUP:
            community = self.ancestor_of(region_id, Tier.COMMUNITY)
            return RegionScope("community", frozenset(() if community is None else (community,)))
        level: Level = {
            "district": "district",
            "street": "street",
        }.get(region.tier, "community")  # type: ignore[assignment]  # the values are Levels
        return RegionScope(level, frozenset((region_id,)))


def _districts(ids: set[int]) -> RegionScope:
    return RegionScope("district", frozenset(ids))


class _Kept(NamedTuple):
    boundaries: int
    day: date
    tree: Tree


_kept: _Kept | None = None


def tree() -> Tree:
    """The tree of now. No query where a watch runs, else one; one more after a change."""
    global _kept  # noqa: PLW0603  one copy a process, swapped whole
    present, today, kept = present_boundaries(), timezone.localdate(), _kept
    if kept is None or kept.boundaries != present or kept.day != today:
        kept = _kept = _Kept(present, today, _load(today))
    return kept.tree


def scope_of(region_id: int) -> RegionScope:
    """`tree().scope_of(region_id)`."""
    return tree().scope_of(region_id)


def parents_on(day: date) -> dict[int, int | None]:
    """What each region lay right below at the end of a day, by what was entered until then; of one
    that was entered later, where it was put first. One query over the small history of regions."""
    end = datetime.combine(day + timedelta(days=1), time(), timezone.get_default_timezone())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (pgh_obj_id) pgh_obj_id, parent_id FROM ("
            " SELECT *, pgh_created_at >= %s AS later FROM territory_regionevent"
            " WHERE pgh_label <> 'delete') AS told"
            " ORDER BY pgh_obj_id, later, CASE WHEN later THEN pgh_id ELSE -pgh_id END",
            [end],
        )
        return dict(cursor.fetchall())


def _load(today: date) -> Tree:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, code, name, name_en, tier, parent_id, coalesce(valid_to <= %s, false)"
            " FROM territory_region ORDER BY id",
            [today],
        )
        return Tree([RegionFacts(*row) for row in cursor.fetchall()])
