"""What is kept of a case. Everything that belongs to a case carries `case_id` (design §5)."""

from linli.cases.models.case import Case, CaseWords
from linli.cases.models.children import CaseClock, CaseEvent, CaseFile
from linli.cases.models.report import Report, ReportContact, SubmissionKey
from linli.cases.models.saved import KeptCases, SavedFilter
from linli.cases.models.settings import CaseSettings

__all__ = [
    "Case",
    "CaseClock",
    "CaseEvent",
    "CaseFile",
    "CaseSettings",
    "CaseWords",
    "KeptCases",
    "Report",
    "ReportContact",
    "SavedFilter",
    "SubmissionKey",
]
