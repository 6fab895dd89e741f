"""The tables of the catalogue: small, versioned by date, with a history of every row."""

from linli.catalogue.models.classes import CaseClass, Edition, FilingCondition, StageLimit
from linli.catalogue.models.responsibility import Responsibility
from linli.catalogue.models.state import CatalogueState
from linli.catalogue.models.working_time import CalendarDay, WorkingHours

__all__ = [
    "CalendarDay",
    "CaseClass",
    "CatalogueState",
    "Edition",
    "FilingCondition",
    "Responsibility",
    "StageLimit",
    "WorkingHours",
]
