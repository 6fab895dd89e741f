"""What evaluation keeps: facts, formulas in versions, frozen periods."""

from linli.evaluation.models.facts import CaseFact, StepFact, TaskFact, Touched
from linli.evaluation.models.frozen import Freeze, FreezeState, FrozenFact
from linli.evaluation.models.indicators import Indicator, Version, VersionState

__all__ = [
    "CaseFact",
    "Freeze",
    "FreezeState",
    "FrozenFact",
    "Indicator",
    "StepFact",
    "TaskFact",
    "Touched",
    "Version",
    "VersionState",
]
