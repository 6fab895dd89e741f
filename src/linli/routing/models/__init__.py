"""What is kept of routing: rule sets in versions, their rules, trials of drafts."""

from linli.routing.models.sets import RoutingRule, RoutingState, RuleSet, SetState
from linli.routing.models.trials import Trial, TrialLine

__all__ = ["RoutingRule", "RoutingState", "RuleSet", "SetState", "Trial", "TrialLine"]
