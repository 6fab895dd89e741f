"""The forms that faces share: the filter of lists, and a report that an operator takes in."""

from linli.cases.forms.filters import FilterForm, read_filter
from linli.cases.forms.reports import ReportForm, asked_of

__all__ = ["FilterForm", "ReportForm", "asked_of", "read_filter"]
