"""What planning keeps: schemes, how communities are staffed, proposals and their atoms."""

from linli.planning.models.plans import Plan, PlanAtom, PlanState
from linli.planning.models.schemes import CommunityProfile, GridScheme, Population

__all__ = ["CommunityProfile", "GridScheme", "Plan", "PlanAtom", "PlanState", "Population"]
