"""What an analysis may be told apart by, over which periods, and how it may be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

Words = str | Promise


@dataclass(frozen=True)
class Way:
    """One way to tell a number apart. `column`: of the facts; empty where it is read from the
    moment that counts. `ordered`: its rows have an order of their own and none is left out."""

    code: str
    label: Words
    column: str = ""
    ordered: bool = False


WAYS: Mapping[str, Way] = {
    one.code: one
    for one in (
        Way("time", pgettext_lazy("way", "Time"), ordered=True),
        Way("weekday", pgettext_lazy("way", "Day of the week"), ordered=True),
        Way("hour", pgettext_lazy("way", "Hour of the day"), ordered=True),
        Way("district", pgettext_lazy("way", "District"), "district_id"),
        Way("street", pgettext_lazy("way", "Street"), "street_id"),
        Way("community", pgettext_lazy("way", "Community"), "community_id"),
        Way("grid", pgettext_lazy("way", "Grid"), "grid_id"),
        Way("unit", pgettext_lazy("way", "Unit"), "unit_id"),
        Way("major", pgettext_lazy("way", "Major class"), "class_id"),
        Way("class", pgettext_lazy("way", "Minor class"), "class_id"),
        Way("channel", pgettext_lazy("way", "Channel"), "channel"),
    )
}
PLACES = ("district", "street", "community", "grid")
#: The hours of one grid are the hours of the one person who walks it (requirements P6).
APART = (frozenset({"grid", "hour"}), frozenset({"grid", "weekday"}))

CHARTS: Mapping[str, Words] = {
    "list": pgettext_lazy("chart", "Table"),
    "bar": pgettext_lazy("chart", "Bars"),
    "pie": pgettext_lazy("chart", "Pie"),
    "trend": pgettext_lazy("chart", "Trend"),
    "map": pgettext_lazy("chart", "Map of areas"),
    "heat": pgettext_lazy("chart", "Heat map"),
}
PERIODS: Mapping[str, Words] = {
    "today": pgettext_lazy("period", "Today"),
    "yesterday": pgettext_lazy("period", "Yesterday"),
    "this_week": pgettext_lazy("period", "This week"),
    "last_week": pgettext_lazy("period", "Last week"),
    "this_month": pgettext_lazy("period", "This month"),
    "last_month": pgettext_lazy("period", "Last month"),
    "this_quarter": pgettext_lazy("period", "This quarter"),
    "last_quarter": pgettext_lazy("period", "Last quarter"),
    "this_year": pgettext_lazy("period", "This year"),
    "last_year": pgettext_lazy("period", "Last year"),
    "last_7_days": pgettext_lazy("period", "The last 7 days"),
    "last_30_days": pgettext_lazy("period", "The last 30 days"),
    "days": pgettext_lazy("period", "From day to day"),
}
GRAINS: Mapping[str, Words] = {
    "day": pgettext_lazy("grain", "by day"),
    "week": pgettext_lazy("grain", "by week"),
    "month": pgettext_lazy("grain", "by month"),
    "quarter": pgettext_lazy("grain", "by quarter"),
    "year": pgettext_lazy("grain", "by year"),
}
COMPARES: Mapping[str, Words] = {
    "before": pgettext_lazy("compare", "with the period before"),
    "year": pgettext_lazy("compare", "with the year before"),
}
