"""What appraisal keeps: schemes in versions, sheets with their inputs, and what happened."""

from linli.appraisal.models.schemes import Scheme, SchemeLine
from linli.appraisal.models.sheets import Adjustment, Input, Sheet, SheetEvent

__all__ = ["Adjustment", "Input", "Scheme", "SchemeLine", "Sheet", "SheetEvent"]
