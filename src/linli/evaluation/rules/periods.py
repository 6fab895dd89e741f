"""Periods by the city's calendar: day, week (from Monday), month, quarter, year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy


class Span(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def label(self) -> str | Promise:
        return _LABELS[self]


_LABELS = {
    Span.DAY: pgettext_lazy("period", "Day"),
    Span.WEEK: pgettext_lazy("period", "Week"),
    Span.MONTH: pgettext_lazy("period", "Month"),
    Span.QUARTER: pgettext_lazy("period", "Quarter"),
    Span.YEAR: pgettext_lazy("period", "Year"),
}
FIRST_YEAR, LAST_YEAR = 2000, 2200


@dataclass(frozen=True)
class Period:
    """From the day `first` up to and with the day `last`."""

    span: Span
    first: date
    last: date

    @classmethod
    def around(cls, span: Span, day: date) -> Period:
        """The period in which `day` lies."""
        day = min(max(day, date(FIRST_YEAR, 1, 1)), date(LAST_YEAR, 12, 31))
        match span:
            case Span.DAY:
                return cls(span, day, day)
            case Span.WEEK:
                first = day - timedelta(days=day.weekday())
                return cls(span, first, first + timedelta(days=6))
            case Span.MONTH:
                first, months = day.replace(day=1), 1
            case Span.QUARTER:
                first, months = date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3
            case Span.YEAR:
                first, months = date(day.year, 1, 1), 12
        return cls(span, first, _after(first, months) - timedelta(days=1))

    @property
    def since(self) -> datetime:
        """The first moment."""
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after."""
        return midnight(self.last + timedelta(days=1))

    def end(self, now: datetime) -> datetime:
        """Up to which moment it counts: what is due later is not owed yet. Before `since` in a
        period that has not begun: nothing counts in it."""
        return min(self.until, now)

    def begun(self, now: datetime) -> bool:
        return now >= self.since

    def over(self, now: datetime) -> bool:
        return now >= self.until

    @property
    def before(self) -> Period:
        return Period.around(self.span, self.first - timedelta(days=1))

    @property
    def after(self) -> Period:
        return Period.around(self.span, self.last + timedelta(days=1))

    @property
    def label(self) -> str:
        """`2026-03`, `2026 Q1`, `2026-03-09 – 2026-03-15`."""
        match self.span:
            case Span.DAY:
                return self.first.isoformat()
            case Span.WEEK:
                return f"{self.first.isoformat()} – {self.last.isoformat()}"
            case Span.MONTH:
                return f"{self.first:%Y-%m}"
            case Span.QUARTER:
                return _("%(year)d Q%(quarter)d") % {
                    "year": self.first.year, "quarter": self.first.month // 3 + 1,
                }  # fmt: skip
            case Span.YEAR:
                return str(self.first.year)


def _after(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def midnight(day: date) -> datetime:
    """The first moment of a day, by the city's clock."""
    zone = timezone.get_default_timezone()
    assert isinstance(zone, ZoneInfo)
    return datetime.combine(day, time(), zone)
