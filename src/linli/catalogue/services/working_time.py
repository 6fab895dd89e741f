"""The working calendar: days that differ, and the hours of a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.catalogue.models import CalendarDay, WorkingHours
from linli.catalogue.rules import WorkHours, parse_slots
from linli.catalogue.services.recording import recorded
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.text import clean

if TYPE_CHECKING:
    from linli.staff.models import User


def save_day(
    *,
    on: date,
    is_workday: bool,
    name: str,
    actor: User | None,
    now: datetime,
    source: str = "",
    provisional: bool = False,
) -> CalendarDay:
    """Enter or change a day: a holiday, a make-up Saturday. Raises BadInput.

    Due times already set stay as they are until their clock is set anew.
    """
    if not 2000 <= on.year <= 2099:
        raise BadInput(_("The calendar goes from 2000 to 2099."), field="on")
    with recorded("save_day", actor):
        day, _created = CalendarDay.objects.update_or_create(
            on=on,
            defaults={
                "is_workday": is_workday,
                "name": clean(name, field="name", most=60),
                "source": clean(source, field="source", most=1000),
                "provisional": provisional,
            },
        )
    return day


def remove_day(*, on: date, actor: User | None, now: datetime) -> None:
    """Let the day follow Monday to Friday again. Raises NotFound."""
    with recorded("remove_day", actor):
        deleted, _by_table = CalendarDay.objects.filter(on=on).delete()
        if not deleted:
            raise NotFound(_("This day is not in the calendar."), field="on")


def save_hours(
    *,
    valid_from: date,
    slots: Iterable[Sequence[str]],
    actor: User | None,
    now: datetime,
    source: str = "",
) -> WorkingHours:
    """Set the hours of a working day from `valid_from` on: `[["08:00", "12:00"], …]`.

    Raises BadInput when a time cannot be read, or slots overlap or run backwards.
    """
    given = [list(slot) for slot in slots]
    try:
        WorkHours(valid_from, parse_slots(given))
    except (ValueError, TypeError):
        raise BadInput(
            _("Write the working hours in order and apart, such as 08:00–12:00 and 14:00–18:00."),
            field="slots",
        ) from None
    with recorded("save_hours", actor):
        hours, _created = WorkingHours.objects.update_or_create(
            valid_from=valid_from,
            defaults={"slots": given, "source": clean(source, field="source", most=1000)},
        )
    return hours


def remove_hours(*, valid_from: date, actor: User | None, now: datetime) -> None:
    """Let the hours before go on instead of those from `valid_from`. Raises NotFound."""
    with recorded("remove_hours", actor):
        deleted, _by_table = WorkingHours.objects.filter(valid_from=valid_from).delete()
        if not deleted:
            raise NotFound(_("No working hours begin on this day."), field="valid_from")
