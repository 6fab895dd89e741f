"""Date-times as the standard writes them: W3C profile of ISO 8601, always with a zone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

SPAN = timedelta(days=90)
_W3C = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)([Zz]|[+-]\d{2}:?\d{2})",
    re.ASCII,
)


class Span(NamedTuple):
    """From one moment to another, both included."""

    start: datetime
    end: datetime


def moment(name: str, text: str) -> datetime:
    """A date-time of the parameter `name`. Raises BadInput naming it.

    A space in the place of the plus of a zone is a plus: few clients escape it in an address.
    """
    found = _W3C.fullmatch(re.sub(r" (?=\d\d:?\d\d$)", "+", text))
    try:
        if found is None:
            raise ValueError(text)
        zone = "+00:00" if found[3] in "Zz" else found[3]
        at = datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}")
        at.astimezone(timezone.get_current_timezone())  # beyond the years 1 and 9999 there is none
    except (ValueError, OverflowError):
        raise BadInput(
            _("%(name)s is a date and time with its zone, such as 2026-11-22T00:00:00Z.")
            % {"name": name},
            field=name,
        ) from None
    return at


def span_of(start: datetime | None, end: datetime | None, *, now: datetime) -> Span:
    """What start_date and end_date stand for: the last 90 days; with one of them, 90 days from
    there. Raises BadInput for more than 90 days, and for an end before its start."""
    try:
        if start is None and end is None:
            return Span(now - SPAN, now)
        if start is None:
            assert end is not None
            return Span(end - SPAN, end)
        if end is None:
            return Span(start, start + SPAN)
    except OverflowError:
        raise BadInput(
            _("start_date and end_date have to be dates of our time."), field="start_date"
        ) from None
    if end < start:
        raise BadInput(_("end_date lies before start_date. Exchange them."), field="end_date")
    if end - start > SPAN:
        raise BadInput(
            _("start_date and end_date may lie at most 90 days apart. Ask for parts."),
            field="start_date",
        )
    return Span(start, end)


def written(at: datetime | None) -> str | None:
    """A moment as the standard has it, in the city's time."""
    return None if at is None else timezone.localtime(at).isoformat(timespec="seconds")


def day_of(at: datetime) -> datetime:
    """The beginning of the local day: what strangers are told of when somebody reported."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
