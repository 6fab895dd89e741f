"""The catalogue's words on screen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.catalogue.models import CalendarDay
from linli.catalogue.rules import UNIT_WORDS, Light, Limit, LimitUnit


class DayRow(NamedTuple):
    """A day as the calendar page shows it."""

    on: date
    is_workday: bool
    name: str
    provisional: bool
    differs: bool  # from Monday to Friday


def unit_text(unit: str) -> str:
    """The unit of a limit in the reader's language, such as “working days” or 工作日."""
    return str(UNIT_WORDS[LimitUnit(unit)])


def limit_text(limit: Limit | None) -> str:
    """A limit in the reader's language, such as “5 working days” or 5 工作日; “—” for none."""
    if limit is None:
        return "—"
    return _("%(amount)s %(unit)s") % {
        "amount": f"{limit.amount.normalize():f}",
        "unit": unit_text(limit.unit),
    }


def light_text(light: Light) -> str:
    """What a light says to those who do not see colours."""
    return {
        Light.GREEN: pgettext("light", "in time"),
        Light.YELLOW: pgettext("light", "nearly due"),
        Light.RED: pgettext("light", "overdue"),
    }[light]


def day_rows(year: int) -> list[DayRow]:
    """All days of a year in order, as the calendar has them. One query."""
    entered = {day.on: day for day in CalendarDay.objects.filter(on__year=year)}
    rows = []
    on = date(year, 1, 1)
    while on.year == year:
        usual = on.weekday() < 5
        day = entered.get(on)
        works = usual if day is None else day.is_workday
        rows.append(
            DayRow(
                on, works, day.name if day else "", bool(day and day.provisional), works != usual
            )
        )
        on += timedelta(days=1)
    return rows
