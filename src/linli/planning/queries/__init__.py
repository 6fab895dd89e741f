"""Reading plans, schemes and what staffing they ask for."""

from linli.planning.queries.plans import (
    communities_to_plan,
    draft_counts,
    plan_facts,
    plan_for,
    plan_geojson,
    plans_of,
)
from linli.planning.queries.population import population_of
from linli.planning.queries.profile import Profile, Share, staff_profile
from linli.planning.queries.schemes import scheme_in_force, scheme_of, schemes
from linli.planning.queries.shifts import Shift, shift_of
from linli.planning.queries.staffing import Need, needs

__all__ = [
    "Need",
    "Profile",
    "Share",
    "Shift",
    "communities_to_plan",
    "draft_counts",
    "needs",
    "plan_facts",
    "plan_for",
    "plan_geojson",
    "plans_of",
    "population_of",
    "scheme_in_force",
    "scheme_of",
    "schemes",
    "shift_of",
    "staff_profile",
]
