"""What a first start finds: classes, limits, desk times, and the published working calendar.

All of it is data that administrators change; nothing in the program depends on a seeded row.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING

import chinese_calendar
from django.utils.translation import gettext as _

from linli.catalogue.models import CalendarDay, Edition, StageLimit, WorkingHours
from linli.catalogue.rules import Limit, LimitUnit
from linli.catalogue.services.classes import save_edition
from linli.catalogue.services.limits import save_stage_limit
from linli.catalogue.services.recording import recorded
from linli.catalogue.services.sheets import import_sheet
from linli.catalogue.services.working_time import save_hours
from linli.kernel.errors import Refused

if TYPE_CHECKING:
    from linli.staff.models import User

SEED_EDITION = "linli-2026"
SEED_FROM = date(2020, 1, 1)
FIRST_YEAR = 2024
_SOURCE = (
    "类别与代码依 CJ/T 214、GB/T 30428.2 一系；立案、结案条件与时限为本项目自拟，可由管理员修改。"
)
_FILES = ("components.csv", "events.csv")

# Names of holidays as chinesecalendar gives them.
_HOLIDAYS_ZH = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
}


class UnpublishedYear(Refused):
    """The holidays of the year are not in the data the program came with."""

    code = "unpublished_year"


def seed_catalogue(now: datetime, *, actor: User | None = None) -> Edition:
    """Enter the starting catalogue where there is none yet; run again, it changes nothing.

    Classes of GB/T 30428.2 and its family (standards 3.2, 3.3) with wordings and limits of this
    project, desk times (3.4), hours 08–12 and 14–18, and the days of the published years.
    """
    edition = Edition.objects.filter(code=SEED_EDITION).first()
    if edition is None:
        edition = save_edition(
            code=SEED_EDITION,
            name="邻里起步目录 2026",
            source=_SOURCE,
            valid_from=SEED_FROM,
            actor=actor,
            now=now,
        )
        for name in _FILES:
            report = import_sheet(
                data=_seed(name),
                name=name,
                edition=edition,
                actor=actor,
                now=now,
                valid_from=SEED_FROM,
            )
            if report.bad:  # a fault of the project, found by its tests
                raise ValueError(f"{name}: {report.bad[0]}")
    _seed_stage_limits(actor, now)
    if not WorkingHours.objects.exists():
        save_hours(
            valid_from=SEED_FROM,
            slots=[["08:00", "12:00"], ["14:00", "18:00"]],
            source="standards 3.4 (TimePlan)",
            actor=actor,
            now=now,
        )
    for year in range(FIRST_YEAR, now.year + 2):
        try:
            seed_year(year=year, actor=actor, now=now)
        except UnpublishedYear:
            break
    return edition


def seed_year(*, year: int, actor: User | None, now: datetime) -> int:
    """Enter the days of a year that differ from Monday to Friday, or are holidays by name.

    Days already entered stay as they are. Returns how many were new. Raises UnpublishedYear for a
    year the library does not know: the State Council publishes the next one in November.
    """
    on = date(year, 1, 1)
    new: list[CalendarDay] = []
    try:
        while on.year == year:
            is_workday = chinese_calendar.is_workday(on)
            _is_holiday, english = chinese_calendar.get_holiday_detail(on)
            if english or is_workday != (on.weekday() < 5):
                new.append(_day(on, is_workday, english or ""))
            on += timedelta(days=1)
    except NotImplementedError:
        raise UnpublishedYear(
            _(
                "The holidays of %(year)d are not published in the program's data. Enter them on "
                "the calendar page when the State Council has announced them."
            )
            % {"year": year},
            field="year",
        ) from None
    with recorded("seed_year", actor):
        held = set(CalendarDay.objects.filter(on__year=year).values_list("on", flat=True))
        new = [day for day in new if day.on not in held]
        CalendarDay.objects.bulk_create(new)
    return len(new)


def _day(on: date, is_workday: bool, english: str) -> CalendarDay:
    name = _HOLIDAYS_ZH.get(english, english)
    return CalendarDay(
        on=on,
        is_workday=is_workday,
        name=f"{name}调休上班" if is_workday else name,
        source="国务院办公厅节假日安排（chinesecalendar）",
    )


def _seed_stage_limits(actor: User | None, now: datetime) -> None:
    held = set(StageLimit.objects.values_list("stage", "urgency"))
    for row in csv.DictReader(io.StringIO(_seed("stage_limits.csv").decode())):
        if (row["stage"], row["urgency"]) not in held:
            save_stage_limit(
                stage=row["stage"],
                urgency=row["urgency"],
                limit=Limit(Decimal(row["amount"]), LimitUnit(row["unit"])),
                source=row["source"],
                valid_from=SEED_FROM,
                actor=actor,
                now=now,
            )


def _seed(name: str) -> bytes:
    return (resources.files("linli.catalogue") / "seed" / name).read_bytes()
