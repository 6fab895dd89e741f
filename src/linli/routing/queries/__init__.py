"""Reading routing: what is in force, why, what is wrong with a draft, its trials."""

from linli.routing.queries.faults import Fault, faults_of, shadows_of
from linli.routing.queries.sets import (
    latest_trial,
    lines_of,
    rule_for,
    rule_set_for,
    rule_sets,
    rules_of,
    trial_for,
)
from linli.routing.queries.snapshot import Snapshot, conditions_of, current, to_rule
from linli.routing.queries.words import (
    Why,
    class_words,
    clock_words,
    condition_words,
    effect_words,
    helper_words,
    region_words,
    rules_named,
    state_words,
    target_words,
    told,
    unit_names,
)

__all__ = [
    "Fault",
    "Snapshot",
    "Why",
    "class_words",
    "clock_words",
    "condition_words",
    "conditions_of",
    "current",
    "effect_words",
    "faults_of",
    "helper_words",
    "latest_trial",
    "lines_of",
    "region_words",
    "rule_for",
    "rule_set_for",
    "rule_sets",
    "rules_named",
    "rules_of",
    "shadows_of",
    "state_words",
    "target_words",
    "to_rule",
    "told",
    "trial_for",
    "unit_names",
]
