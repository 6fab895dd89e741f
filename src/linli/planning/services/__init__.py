"""Every write of planning: proposals, adjustments, adoption, schemes."""

from linli.planning.services.adjusting import adjust_plan, drop_plan
from linli.planning.services.adopting import adopt_plan
from linli.planning.services.population import count_people
from linli.planning.services.proposing import MOST_PARTS, PLANS, ask_for_plan, propose_plan
from linli.planning.services.schemes import (
    choose_scheme,
    edit_profile,
    edit_scheme,
    restore_schemes,
)

__all__ = [
    "MOST_PARTS",
    "PLANS",
    "adjust_plan",
    "adopt_plan",
    "ask_for_plan",
    "choose_scheme",
    "count_people",
    "drop_plan",
    "edit_profile",
    "edit_scheme",
    "propose_plan",
    "restore_schemes",
]
