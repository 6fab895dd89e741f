"""The working calendar of 2026 as the State Council's notice gives it, for hand-worked tables."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from linli.catalogue.rules import WorkCalendar

CHINA = ZoneInfo("Asia/Shanghai")


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


DAYS_OFF = [
    *_span(date(2026, 1, 1), date(2026, 1, 3)),  # New Year: Thu–Sat
    *_span(date(2026, 2, 15), date(2026, 2, 23)),  # Spring Festival: Sun–Mon
    *_span(date(2026, 4, 4), date(2026, 4, 6)),  # Qingming: Sat–Mon
    *_span(date(2026, 5, 1), date(2026, 5, 5)),  # Labour Day: Fri–Tue
    *_span(date(2026, 6, 19), date(2026, 6, 21)),  # Dragon Boat: Fri–Sun
    *_span(date(2026, 9, 25), date(2026, 9, 27)),  # Mid-Autumn: Fri–Sun
    *_span(date(2026, 10, 1), date(2026, 10, 7)),  # National Day: Thu–Wed
]
MADE_UP = [  # Saturdays and Sundays that are worked instead
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
]
CALENDAR_2026 = WorkCalendar(
    days=tuple(sorted([*((d, False) for d in DAYS_OFF), *((d, True) for d in MADE_UP)])),
    known_until=2026,
)


def at(text: str) -> datetime:
    """`03-02 09:00` of 2026 in Chinese time; a year may be written in front."""
    full = text if len(text) > 11 else f"2026-{text}"
    return datetime.strptime(full, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)
