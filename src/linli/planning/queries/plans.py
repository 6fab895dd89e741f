"""Plans: of a community, one with its facts, and as the map reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.planning.models import Plan, PlanAtom, PlanState
from linli.planning.rules.ground import Ground
from linli.planning.rules.kept import ground_again
from linli.territory.models import Grid, Region
from linli.territory.rules.coverage import Plane


def plans_of(community: Region) -> QuerySet[Plan]:
    """The plans of a community that are not dropped, newest first. One query."""
    rows = Plan.objects.filter(community=community).exclude(state=PlanState.DROPPED)
    return rows.defer("edges").select_related("scheme", "made_by").order_by("-id")


def plan_for(plan_id: int, *, lock: bool = False) -> Plan:
    """One plan with its community. One query. Raises NotFound."""
    rows = Plan.objects.select_related("community", "scheme", "made_by")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=plan_id).first()
    if found is None:
        raise NotFound(_("There is no such plan."))
    return found


def communities_to_plan(*, on: date, words: str = "") -> QuerySet[Region]:
    """The communities of a day by code, with the number of their open plans. One query."""
    rows = Region.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), tier="community", valid_from__lte=on
    )
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(code__startswith=words))
    return rows.select_related("parent").order_by("code")


def draft_counts(community_ids: list[int]) -> dict[int, int]:
    """How many drafts these communities have. One query."""
    rows = Plan.objects.filter(community_id__in=community_ids, state=PlanState.DRAFT)
    return dict(rows.values_list("community_id").annotate(n=Count("id")).order_by())


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One proposed grid, as its row in the table says."""

    number: int
    name: str  # of the grid it continues
    code: str
    households: int
    load: float
    off_percent: int  # against the mean load
    area_m2: int
    compactness: float
    pieces: int
    fits: bool  # inside the band


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan beside today's grids."""

    parts: list[PartFacts]
    today: list[PartFacts]
    ended: list[Grid]  # today's grids that nobody continues

    @property
    def torn(self) -> int:
        """How many of the plan's grids do not hang together."""
        return sum(part.pieces > 1 for part in self.parts)


def plan_facts(plan: Plan) -> PlanFacts:
    """The rows of both tables. One query."""
    before: list[int] = plan.before.get("grids", [])
    grids = Grid.objects.in_bulk({*before, *(one for one in plan.continues if one)})
    least, most = plan.wish.get("least", 0), plan.wish.get("most", 0)

    def rows(figures: Any, ids: list[int]) -> list[PartFacts]:
        if not figures:
            return []
        mean = sum(figures["loads"]) / len(figures["loads"]) or 1.0
        return [
            PartFacts(
                number=n + 1,
                name=grids[ids[n]].name if ids[n] in grids else "",
                code=grids[ids[n]].code if ids[n] in grids else "",
                households=figures["households"][n],
                load=figures["loads"][n],
                off_percent=round(100 * (figures["loads"][n] / mean - 1)),
                area_m2=figures["areas_m2"][n],
                compactness=figures["compactness"][n],
                pieces=figures["pieces"][n],
                fits=not most or least <= figures["households"][n] <= most,
            )
            for n in range(len(figures["loads"]))
        ]

    kept = set(plan.continues)
    return PlanFacts(
        parts=rows(plan.figures, plan.continues),
        today=rows(plan.before.get("figures"), before),
        ended=[grids[one] for one in before if one in grids and one not in kept],
    )


@dataclass(slots=True)
class KeptGround:
    """The ground of a plan again, with what adjusting and adopting need besides."""

    ground: Ground
    part: Any  # Ints
    plane: Plane
    atoms: list[PlanAtom]


def kept_ground(plan: Plan) -> KeptGround:
    """The atoms of a plan in metres. One query."""
    atoms = list(PlanAtom.objects.filter(plan=plan).order_by("number"))
    degrees = shapely.from_wkb([bytes(atom.outline.wkb) for atom in atoms])
    box = shapely.box(*shapely.total_bounds(degrees))
    plane = Plane.around(box)
    outlines = np.asarray(plane.metres(degrees), dtype=object)
    ground = ground_again(
        outlines,
        [atom.households for atom in atoms],
        [atom.work for atom in atoms],
        [list(atom.buildings) for atom in atoms],
        plan.edges,
    )
    return KeptGround(ground, np.array([atom.part for atom in atoms], np.int64), plane, atoms)


_ATOMS = """
    SELECT coalesce(jsonb_agg(jsonb_build_object('type', 'Feature', 'id', number,
        'properties', jsonb_build_object('key', number::text, 'part', part,
            'weight', households, 'work', work, 'today', today),
        'geometry', ST_AsGeoJSON(outline, 7)::jsonb) ORDER BY number), '[]')::text
    FROM planning_planatom WHERE plan_id = %s"""


def plan_geojson(plan: Plan) -> str:
    """The atoms as GeoJSON, with who borders on whom and what each part continues. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ATOMS, [plan.pk])
        features = str(cursor.fetchone()[0])
    facts = {
        "keys": [str(n + 1) for n in range(plan.parts)],
        "edges": [[a, b] for a, b, *_more in plan.edges],
        "continues": plan.continues,
        "moved": bool(plan.before.get("grids")),
        "workShare": plan.wish.get("work_share", 0) / 100,
    }
    return (
        '{"type":"FeatureCollection","plan":'
        + json.dumps(facts, separators=(",", ":"))
        + f',"features":{features}}}'
    )
