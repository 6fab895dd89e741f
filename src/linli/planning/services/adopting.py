"""Making a plan the grids of a community from a day on; the past stays as it was."""

from __future__ import annotations

from datetime import date, datetime

import pghistory
import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput, Stale
from linli.planning.models import Plan, PlanState
from linli.planning.queries.plans import kept_ground, plan_for
from linli.planning.services.adjusting import drawn
from linli.planning.services.proposing import GRANT
from linli.staff.models import User
from linli.staff.policy import require
from linli.territory import services as territory
from linli.territory.models import Grid


@transaction.atomic
def adopt_plan(*, actor: User, plan_id: int, version: int, from_date: date, now: datetime) -> Plan:
    """From `from_date` on the parts of the plan are the grids of the community.

    A part that continues a grid gives it a new outline and its households; the others are new
    grids with the next free codes; grids that nobody continues end. Cells are cut anew inside the
    new grids. Raises NotYours, NotFound; BadInput for a day in the past; Stale if the plan or the
    grids changed meanwhile.
    """
    require(actor, GRANT)
    if from_date < timezone.localdate(now):
        raise BadInput(
            _("Choose today or a later day: the past stays as it was."), field="from_date"
        )
    plan = plan_for(plan_id, lock=True)
    if plan.state != PlanState.DRAFT:
        raise Stale(_("This plan is no draft any more."))
    if plan.version != version:
        raise Stale(_("Somebody changed this plan meanwhile. Load the page again."))
    today = _grids_of(plan)
    if [grid.pk for grid in today] != plan.before.get("grids", []):
        raise Stale(_("The grids of the community have changed since. Have it planned again."))
    kept = kept_ground(plan)
    outlines = kept.plane.degrees(drawn(plan, kept))
    with pghistory.context(verb="territory.adopt_plan", actor=actor.pk):
        territory.redivide(
            community_id=plan.community_id,
            from_date=from_date,
            parts=[
                territory.Part(
                    grid_id=plan.continues[number] or None,
                    outline=_multi(outline),
                    households=plan.figures["households"][number],
                )
                for number, outline in enumerate(outlines)
            ],
        )
    plan.state, plan.from_date = PlanState.ADOPTED, from_date
    plan.save(update_fields=["state", "from_date"])
    record(
        actor=actor,
        action="planning.adopted",
        object_type="region",
        object_id=plan.community_id,
        now=now,
        detail={"plan": plan.pk, "from_date": str(from_date)},
    )
    return plan


def _grids_of(plan: Plan) -> list[Grid]:
    """The responsibility grids of the community that have not ended, by code."""
    rows = Grid.objects.filter(
        community=plan.community_id,
        layer="responsibility",
        parent__isnull=True,
        valid_to__isnull=True,
    )
    return list(rows.order_by("code"))


def _multi(outline: shapely.Geometry) -> shapely.MultiPolygon:
    return outline if outline.geom_type == "MultiPolygon" else shapely.MultiPolygon([outline])
