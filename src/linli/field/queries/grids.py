"""A worker's own ground: the grids of duty, who looks after those around, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils import timezone

from linli.cases import queries as cases
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN
from linli.staff import queries as staff
from linli.staff.models import GridDuty
from linli.territory import queries as territory
from linli.territory.models import Grid
from linli.territory.queries.neighbours import neighbours_of

if TYPE_CHECKING:
    from linli.staff.models import User


@dataclass(frozen=True)
class Neighbour:
    """A grid next door and who looks after it."""

    grid: Grid
    worker: str


@dataclass(frozen=True)
class MyGrid:
    """One grid of duty: where, how large, what is open, who is near."""

    grid: Grid
    where: str
    area_ha: float | None
    open_count: int
    late_count: int
    open_filter: CaseFilter
    late_filter: CaseFilter
    neighbours: list[Neighbour]


def grid_ids_of(user: User) -> list[int]:
    """The grids of duty of all one's posts."""
    return sorted({grid for seat in user.seats for grid in seat.grid_ids})


def grids_of(user: User, *, now: datetime) -> list[MyGrid]:
    """One's grids with their facts, by code. Five queries."""
    ids = grid_ids_of(user)
    if not ids:
        return []
    today = timezone.localdate(now)
    near = neighbours_of(ids, on=today)
    around = {n for one in near.values() for n in one.touching}
    grids = Grid.objects.in_bulk([*ids, *around])
    counts = _counts(user, ids, now)
    workers = {d.grid_id: str(d.post.user) for d in reversed(staff.workers_of(around, now=now))}
    return [
        MyGrid(
            grid=grids[i],
            where=_where(grids[i].community_id),
            area_ha=near[i].area_m2 / 10_000 if i in near else None,
            open_count=counts.get(i, (0, 0))[0],
            late_count=counts.get(i, (0, 0))[1],
            open_filter=CaseFilter(grid=grids[i].code, stages=_OPEN),
            late_filter=CaseFilter(grid=grids[i].code, stages=_OPEN, light="red"),
            neighbours=[
                Neighbour(grids[n], workers.get(n, ""))
                for n in (near[i].touching if i in near else ())
                if n in grids
            ],
        )
        for i in sorted(ids, key=lambda i: grids[i].code)
    ]


_OPEN = tuple(stage.value for stage in OPEN)


def _counts(user: User, ids: list[int], now: datetime) -> dict[int, tuple[int, int]]:
    rows = cases.filtered(user, CaseFilter(stages=_OPEN), now=now).filter(grid_id__in=ids)
    late = Count("pk", filter=Q(due_at__lt=now))
    found = rows.order_by().values_list("grid_id").annotate(n=Count("pk"), late=late)
    return {grid_id: (n, late) for grid_id, n, late in found}


def _where(community_id: int) -> str:
    tree = territory.tree()
    ids = tree.ancestors_of(community_id)
    return " · ".join(tree.region(i).name for i in reversed(ids[:3]))


def duties_of(user: User, *, now: datetime) -> list[GridDuty]:
    """One's duties, running and to come, by day. One query."""
    rows = GridDuty.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=now), post__user=user
    ).filter(Q(post__valid_to__isnull=True) | Q(post__valid_to__gt=now))
    return list(rows.select_related("grid", "post__unit").order_by("valid_from", "id"))


def outlines_of(user: User, *, now: datetime) -> str:
    """One's grids as GeoJSON text. One query."""
    return territory.grids_for_map(grid_ids_of(user), on=timezone.localdate(now))


def bounds_of(user: User, *, now: datetime) -> tuple[float, float, float, float] | None:
    """West, south, east, north of one's grids, else of the region one works in. A query a grid."""
    today = timezone.localdate(now)
    boxes = [territory.bounds_of("grid", i, on=today) for i in grid_ids_of(user)[:20]]
    if not boxes:
        regions = {s.region_id for s in user.seats if s.reach == "region" and s.region_id}
        boxes = [territory.bounds_of("region", i, on=today) for i in sorted(regions)]
    found = [box for box in boxes if box is not None]
    if not found:
        return None
    return (
        min(b[0] for b in found),
        min(b[1] for b in found),
        max(b[2] for b in found),
        max(b[3] for b in found),
    )
