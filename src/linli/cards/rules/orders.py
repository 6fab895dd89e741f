"""Supervision orders (督办单): how they end, and by when if the leader names no day."""

from __future__ import annotations

from datetime import date

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from linli.cards.rules.states import working_days_on
from linli.cases.rules.stages import Supervision
from linli.catalogue.rules.working_time import WorkCalendar

#: Working days to the due day of an order without one, by how hard the leader presses.
USUAL_DAYS: dict[str, int] = {Supervision.ATTEND: 5, Supervision.URGE: 3, Supervision.GRAVE: 1}


class Outcome(TextChoices):
    """How an order ended; empty while it is open."""

    MET = "met", pgettext_lazy("order", "Met")
    NOT_MET = "not_met", pgettext_lazy("order", "Not met")
    WITHDRAWN = "withdrawn", pgettext_lazy("order", "Withdrawn")


def usual_due(calendar: WorkCalendar, given_on: date, level: str) -> date:
    """The day by which an order without a day is due."""
    days = USUAL_DAYS.get(level, USUAL_DAYS[Supervision.ATTEND])
    return working_days_on(calendar, given_on, days)


def day_before(calendar: WorkCalendar, due: date) -> date:
    """The working day before `due`: the day of the reminder."""
    on = date.fromordinal(due.toordinal() - 1)
    while not calendar.is_workday(on):
        on = date.fromordinal(on.toordinal() - 1)
    return on
