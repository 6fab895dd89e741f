"""Having grids proposed: long work, asked for by a person and done by the worker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.audit.services import record
from linli.errands.models import Errand
from linli.errands.rules import ErrandKind, Outcome
from linli.errands.services import start_errand
from linli.kernel.errors import BadInput, NotFound, Refused
from linli.kernel.progress import tell
from linli.planning.models import GridScheme, Plan, PlanAtom
from linli.planning.queries.inputs import Inputs, inputs_for
from linli.planning.rules.ground import CannotPlan, Ground, Lack, ground_of
from linli.planning.rules.kept import edges_of, figures_of_today, plain
from linli.planning.rules.plan import Plan as Proposal
from linli.planning.rules.plan import Wish, loads_of, make_plan
from linli.staff.models import User
from linli.staff.policy import require
from linli.territory.models import Region

GRANT = "territory.edit"
MOST_PARTS = 200
_YEAR = timedelta(days=365)


def ask_for_plan(
    *,
    actor: User,
    community: Region,
    scheme: GridScheme,
    country: bool = False,
    parts: int | None = None,
    work_share: int = 0,
    stay: bool = True,
    seed: int = 0,
    url: str = "",
    now: datetime,
) -> Errand:
    """Have the grids of a community proposed; the plan is there when the errand is done.

    `work_share` is per cent of past cases in the load, `url` the page that shows the
    plan. Raises NotYours, BadInput, Refused, TooManyErrands.
    """
    require(actor, GRANT)
    if community.tier != "community" or community.valid_to is not None:
        raise BadInput(_("Grids are planned for a community of today."), field="community")
    if parts is not None and not 1 <= parts <= MOST_PARTS:
        reason = _("The number of grids must be from 1 to %d.") % MOST_PARTS
        raise BadInput(reason, field="parts")
    if not 0 <= work_share <= 100:
        raise BadInput(_("The share must be from 0 to 100."), field="work_share")
    return start_errand(
        actor=actor,
        kind="planning.propose",
        name=community.name,
        asks={
            "community": community.pk,
            "scheme": scheme.pk,
            "country": country,
            "parts": parts,
            "work_share": work_share,
            "stay": stay,
            "seed": seed,
        },
        now=now,
        url=url,
    )


def _work(actor: User, asks: Mapping[str, Any], now: datetime) -> Outcome:
    community = Region.objects.filter(pk=asks["community"]).first()
    scheme = GridScheme.objects.filter(pk=asks["scheme"]).first()
    if community is None or scheme is None:
        raise NotFound(_("The community or the scheme is not there any more."))
    plan = propose_plan(
        actor=actor,
        community=community,
        scheme=scheme,
        country=asks["country"],
        parts=asks["parts"],
        work_share=asks["work_share"],
        stay=asks["stay"],
        seed=asks["seed"],
        now=now,
    )
    words = _("%(parts)d grids; the largest load is %(over)d %% above the mean.") % {
        "parts": plan.parts,
        "over": round(100 * (plan.figures["spread"] - 1)),
    }
    return Outcome(words)


PLANS = ErrandKind(
    code="planning.propose",
    label=gettext_lazy("Plan of grids"),
    grant=GRANT,
    work=_work,
    icon="puzzle",
    shared=True,
)


@transaction.atomic
def propose_plan(
    *,
    actor: User,
    community: Region,
    scheme: GridScheme,
    country: bool = False,
    parts: int | None = None,
    work_share: int = 0,
    stay: bool = True,
    seed: int = 0,
    now: datetime,
) -> Plan:
    """Read the community, plan it, keep the plan. Tells kernel.progress how far it is.

    Raises NotYours; Refused where there is nothing to plan with; Cancelled.
    """
    require(actor, GRANT)
    today = timezone.localdate(now)
    says = _("Reading buildings and streets")
    tell(0, 100, says)
    inputs = inputs_for(community, on=today, since=now - _YEAR if work_share else None)
    tell(5, 100, says)
    try:
        ground = ground_of(inputs.outline, inputs.buildings, inputs.barriers, inputs.compounds)
        tell(20, 100, _("Looking for equal grids"))
        wish = Wish(
            parts=parts,
            band=scheme.country if country else scheme.town,
            work_share=work_share / 100,
            stay=0.15 if stay else 0.0,
            seed=seed,
        )
        made = make_plan(
            ground,
            wish,
            buildings=[one.shape for one in inputs.buildings],
            homes=[one.households for one in inputs.buildings],
            today=inputs.in_grid if inputs.today else (),
            progress=lambda share: tell(20 + round(75 * share), 100, _("Looking for equal grids")),
        )
    except CannotPlan as reason:
        raise Refused(_cannot(reason.lack)) from reason
    plan = _keep(actor, community, scheme, inputs, ground, made, wish, now)
    record(
        actor=actor,
        action="planning.proposed",
        object_type="region",
        object_id=community.pk,
        now=now,
        detail={"plan": plan.pk, "parts": plan.parts},
    )
    tell(100, 100)
    return plan


def _cannot(lack: Lack) -> str:
    if lack is Lack.BUILDINGS:
        return _("No building is known in this community. Import buildings first.")
    if lack is Lack.PIECES:
        return _("There are fewer buildings and compounds than grids. Ask for fewer grids.")
    if lack is Lack.NUMBER:
        return _("The number of grids must be from 1 to %d.") % MOST_PARTS
    return _("The community has no outline. Draw or import it first.")


def _keep(
    actor: User,
    community: Region,
    scheme: GridScheme,
    inputs: Inputs,
    ground: Ground,
    made: Proposal,
    wish: Wish,
    now: datetime,
) -> Plan:
    homes = [one.households for one in inputs.buildings]
    loads = _building_loads(inputs, ground, wish)
    before = figures_of_today(
        loads, homes, inputs.in_grid, np.array([one.outline for one in inputs.today], dtype=object)
    )
    plan = Plan.objects.create(
        community=community,
        scheme=scheme,
        parts=len(made.outlines),
        wish={
            "parts": wish.parts,
            "least": wish.band.least if wish.band else 0,
            "most": wish.band.most if wish.band else 0,
            "work_share": round(100 * wish.work_share),
            "seed": wish.seed,
            "floor": round(made.floor, 3),
            "left_out": len(ground.left_out),
        },
        continues=[inputs.today[one].id if one >= 0 else 0 for one in made.continues],
        edges=edges_of(ground),
        figures=plain(made.figures),
        before={"grids": [one.id for one in inputs.today], "figures": before},
        estimated=inputs.estimated,
        made_by=actor,
        made_at=now,
    )
    outlines = inputs.plane.degrees(ground.outlines)
    PlanAtom.objects.bulk_create(
        [
            PlanAtom(
                plan=plan,
                number=number,
                part=int(made.part[number]),
                households=float(ground.households[number]),
                work=float(ground.work[number]),
                today=_today(members, inputs, homes),
                buildings=[inputs.ids[one] for one in members],
                outline=GEOSGeometry(memoryview(shapely.to_wkb(outline)), srid=4326),
            )
            for number, (members, outline) in enumerate(
                zip(ground.buildings, outlines, strict=True)
            )
        ],
        batch_size=500,
    )
    return plan


def _today(members: list[int], inputs: Inputs, homes: list[float]) -> list[list[float]]:
    """[[grid id, households], …] of an atom; grid 0 is none."""
    found: dict[int, float] = {}
    for building in members:
        at = inputs.in_grid[building]
        grid = inputs.today[at].id if at >= 0 else 0
        found[grid] = found.get(grid, 0.0) + homes[building]
    return [[grid, count] for grid, count in sorted(found.items())]


def _building_loads(inputs: Inputs, ground: Ground, wish: Wish) -> list[float]:
    """The load of single buildings, on the scale of the atoms' loads."""
    atoms = loads_of(ground, wish.work_share)
    share = wish.work_share if ground.work.sum() else 0.0
    scale = float(atoms.sum()) / (float(ground.work.sum()) or 1.0)
    return [one.households * (1 - share) + one.work * share * scale for one in inputs.buildings]
