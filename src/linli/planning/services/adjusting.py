"""Changing a draft by hand, and dropping it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput, Refused, Stale
from linli.planning.models import Plan, PlanAtom, PlanState
from linli.planning.queries.plans import KeptGround, kept_ground, plan_for
from linli.planning.rules.kept import plain
from linli.planning.rules.matching import best_matching
from linli.planning.rules.plan import figures_of, loads_of, outlines_of, pieces_of
from linli.planning.services.proposing import GRANT
from linli.staff.models import User
from linli.staff.policy import require
from linli.territory.models import Building
from linli.territory.rules.coverage import Plane, Shapes


@transaction.atomic
def adjust_plan(
    *, actor: User, plan_id: int, version: int, moves: Mapping[int, int], now: datetime
) -> Plan:
    """Move atoms (by number) to other parts (from 0) of a draft; figures follow.

    Raises NotYours, NotFound; Stale if somebody changed it meanwhile or it is no draft; BadInput
    for an atom or part that is not there; Refused if a part would be empty or fall apart.
    """
    require(actor, GRANT)
    plan = plan_for(plan_id, lock=True)
    _require_draft(plan)
    if plan.version != version:
        raise Stale(_("Somebody changed this plan meanwhile. Load the page again."))
    kept = kept_ground(plan)
    was = pieces_of(kept.ground, kept.part, plan.parts)
    for atom, part in moves.items():
        if not (0 <= atom < kept.ground.count and 0 <= part < plan.parts):
            raise BadInput(_("There is no such piece of ground or grid in this plan."))
        kept.part[atom] = part
    now_in = pieces_of(kept.ground, kept.part, plan.parts)
    for part, (before, after) in enumerate(zip(was, now_in, strict=True)):
        if not after:
            raise Refused(_("Grid %d would have no ground left.") % (part + 1))
        if after > max(1, before):
            raise Refused(
                _("Grid %d would fall into pieces. Move what lies between as well.") % (part + 1)
            )
    changed = [one for one in kept.atoms if one.part != int(kept.part[one.number])]
    for one in changed:
        one.part = int(kept.part[one.number])
    PlanAtom.objects.bulk_update(changed, ["part"])
    _count_again(plan, kept)
    plan.version += 1
    plan.save()
    record(
        actor=actor,
        action="planning.adjusted",
        object_type="region",
        object_id=plan.community_id,
        now=now,
        detail={"plan": plan.pk, "moved": len(changed)},
    )
    return plan


@transaction.atomic
def drop_plan(*, actor: User, plan_id: int, now: datetime) -> None:
    """A draft is not wanted any more. Raises NotYours, NotFound, Stale."""
    require(actor, GRANT)
    plan = plan_for(plan_id, lock=True)
    _require_draft(plan)
    plan.state = PlanState.DROPPED
    plan.save(update_fields=["state"])
    PlanAtom.objects.filter(plan=plan).delete()
    record(
        actor=actor,
        action="planning.dropped",
        object_type="region",
        object_id=plan.community_id,
        now=now,
        detail={"plan": plan.pk},
    )


def _require_draft(plan: Plan) -> None:
    if plan.state != PlanState.DRAFT:
        raise Stale(_("This plan is no draft any more."))


def _count_again(plan: Plan, kept: KeptGround) -> None:
    """Which grid each part continues, and the figures."""
    grids: list[int] = plan.before.get("grids", [])
    at = {grid: n for n, grid in enumerate(grids)}
    where, was, many = [], [], []
    for atom in kept.atoms:
        for grid, count in atom.today:
            where.append(atom.part)
            was.append(at.get(int(grid), -1))
            many.append(float(count))
    if grids:
        chosen = best_matching(plan.parts, where, was, many)
        plan.continues = [grids[one] if one >= 0 else 0 for one in chosen]
    moved = sum(
        count
        for part, grid, count in zip(where, was, many, strict=True)
        if grids and (grid < 0 or plan.continues[part] != grids[grid])
    )
    outlines = drawn(plan, kept)
    share = plan.wish.get("work_share", 0) / 100
    figures = figures_of(kept.ground, kept.part, outlines, loads=loads_of(kept.ground, share))
    plan.figures = {**plain(figures), "moved": round(moved)}


@np.errstate(all="ignore")  # GEOS says through numpy when lines have no length
def drawn(plan: Plan, kept: KeptGround) -> Shapes:
    """The outlines of a plan's parts in metres, smooth where no building is in the way."""
    ids = sorted({one for members in kept.ground.buildings for one in members})
    shapes = _shapes(ids, kept.plane)
    index = {building: n for n, building in enumerate(ids)}
    kept.ground.buildings = [[index[one] for one in members] for members in kept.ground.buildings]
    try:
        return outlines_of(kept.ground, kept.part, plan.parts, shapes.tolist())
    finally:
        kept.ground.buildings = [list(atom.buildings) for atom in kept.atoms]


def _shapes(ids: list[int], plane: Plane) -> Shapes:
    """Buildings in metres, in the order of their ids; one gone since is an empty polygon."""
    found = dict(Building.objects.filter(pk__in=ids).values_list("id", "outline"))
    made = np.empty(len(ids), dtype=object)
    for n, one in enumerate(ids):
        outline = found.get(one)
        made[n] = (
            shapely.Polygon()
            if outline is None
            else plane.metres(shapely.make_valid(shapely.from_wkb(bytes(outline.wkb))))
        )
    return made
