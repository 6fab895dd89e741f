"""The forms that faces share: the filter of lists, a region, a report that is taken in."""

from linli.cases.forms.filters import ANY, FilterForm, read_filter
from linli.cases.forms.regions import RegionField
from linli.cases.forms.reports import ReportForm, asked_of

__all__ = ["ANY", "FilterForm", "RegionField", "ReportForm", "asked_of", "read_filter"]
