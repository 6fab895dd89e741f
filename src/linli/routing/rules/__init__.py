"""Pure decisions of routing: conditions, the first rule that fits, which rules hide others."""

from linli.routing.rules.choosing import Route, Rule, RuleBook
from linli.routing.rules.conditions import Conditions
from linli.routing.rules.covering import Shadow, covers, impossible, shadows
from linli.routing.rules.facts import Facts, folded
from linli.routing.rules.listing import ListRow
from linli.routing.rules.targets import OF_COMPONENT, Target

__all__ = [
    "OF_COMPONENT",
    "Conditions",
    "Facts",
    "ListRow",
    "Route",
    "Rule",
    "RuleBook",
    "Shadow",
    "Target",
    "covers",
    "folded",
    "impossible",
    "shadows",
]
