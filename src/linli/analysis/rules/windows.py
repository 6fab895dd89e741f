"""Periods of questions as moments: which one, what it is compared with, how it is cut up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.analysis.rules.query import Query
from linli.evaluation.rules.periods import Period, Span, midnight
from linli.kernel.errors import BadInput

MOST_PIECES = 400
_SPANS = frozenset(one.value for one in Span)
_DAYS_BY_DAY, _DAYS_BY_WEEK, _DAYS_BY_MONTH = 31, 183, 1200


@dataclass(frozen=True)
class Window:
    """From `since` to before `until`; `first` and `last` are its days."""

    first: date
    last: date
    since: datetime
    until: datetime

    @property
    def label(self) -> str:
        if self.first == self.last:
            return self.first.isoformat()
        return f"{self.first.isoformat()} – {self.last.isoformat()}"


@dataclass(frozen=True)
class Piece:
    """A part of a window, called after its calendar day `start`, cut to the window."""

    start: date
    since: datetime
    until: datetime


def window_of(query: Query, *, now: datetime) -> Window:
    """The period that is asked for; a running one ends now."""
    first, last = _days(query, timezone.localdate(now))
    return Window(first, last, midnight(first), max(midnight(first), min(_after(last), now)))


def compared(query: Query, window: Window, *, now: datetime) -> Window | None:
    """What it is compared with: as much of it as of a period that still runs."""
    if query.compare == "year":
        first, last = _year_before(window.first), _year_before(window.last)
    elif query.compare == "before":
        first, last = _before(query, window)
    else:
        return None
    until = _after(last)
    if window.until < _after(window.last):  # still running
        until = min(until, midnight(first) + (window.until - window.since))
    return Window(first, last, midnight(first), until)


def grain_of(query: Query, window: Window) -> str:
    """How finely time is cut: as asked, or by the length of the period."""
    if query.grain:
        return query.grain
    days = (window.last - window.first).days + 1
    if days <= _DAYS_BY_DAY:
        return "day"
    return "week" if days <= _DAYS_BY_WEEK else "month" if days <= _DAYS_BY_MONTH else "year"


def pieces(window: Window, grain: str) -> list[Piece]:
    """The window cut up, in order. Raises BadInput where there are too many."""
    found: list[Piece] = []
    period = Period.around(Span(grain), window.first)
    while period.since < window.until or not found:
        found.append(
            Piece(period.first, max(period.since, window.since), min(period.until, window.until))
        )
        if len(found) > MOST_PIECES:
            raise BadInput(
                _("grain: that is more than %(n)d rows. Choose longer steps or a shorter period.")
                % {"n": MOST_PIECES},
                field="grain",
            )
        period = period.after
    return found


def _after(day: date) -> datetime:
    return midnight(day + timedelta(days=1))


def _days(query: Query, today: date) -> tuple[date, date]:
    match query.period:
        case "days":
            assert query.since is not None  # Query.parse
            assert query.until is not None
            return query.since, query.until
        case "today":
            return today, today
        case "yesterday":
            return today - timedelta(days=1), today - timedelta(days=1)
        case "last_7_days":
            return today - timedelta(days=6), today
        case "last_30_days":
            return today - timedelta(days=29), today
    which, _sep, span = query.period.partition("_")
    period = Period.around(Span(span), today)
    if which == "last":
        period = period.before
    return period.first, period.last


def _before(query: Query, window: Window) -> tuple[date, date]:
    which, _sep, span = query.period.partition("_")
    if which in ("this", "last") and span in _SPANS:
        period = Period.around(Span(span), window.first).before
        return period.first, period.last
    days = window.last - window.first + timedelta(days=1)
    return window.first - days, window.last - days


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return date(day.year - 1, 2, 28)
