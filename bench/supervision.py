"""What leaders and those who supervise look at, at the size of the bench's city:

    python -m bench.supervision [--tries 5]

In the bench's database (bin/linli bench load), with facts of every case as its row tells them; the
clock stands at the newest report. The wall: what the events process draws for an area after an
event, and once a minute. The pages of supervision, and the jobs that look for what to remind of and
what to propose a card for. What the jobs write is taken back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from bench._figures import Figure
from bench._pages import measured

MOST = 2.0  # seconds
DAYS = 30
EMPTY = (
    "Closed cases of this city have neither clocks nor photos: the three lists of questions are"
    " searched for, not filled."
)
PAGES = (
    ("cases finished at the last minute", "questions/?tab=last"),
    ("no change between the photos", "questions/?tab=unchanged"),
    ("one photo on two cases", "questions/?tab=shared"),
    ("what units sent back", "returns/?"),
    ("report (R101) of units", "report/?tab=unit"),
    ("report (R101) of centres", "report/?tab=centre"),
    ("report (R101) of grids", "report/?tab=grid"),
)


def wall(now: datetime, *, tries: int) -> list[Figure]:
    """What the wall of an area costs the events process."""
    from bench import _readers
    from linli.cockpit.queries import wall

    found = []
    for whose, name in _readers.READERS.items():
        user = _readers.reader(name)
        for what, ask in (("after an event", wall.moving), ("once a minute", wall.standing)):
            took = _readers.timed(partial(ask, user, now=now), tries=tries)
            found.append(took.figure(f"wall, {what}, {whose} duty chief", most=MOST))
    return found


def pages(now: datetime, *, tries: int) -> list[Figure]:
    """The pages of supervision over the last thirty days; the questions also over a year."""
    from bench import _readers

    found = []
    for whose, name in _readers.READERS.items():
        page = _readers.pages_of(name)
        for what, path in PAGES:
            for days in (DAYS, 365) if name == _readers.CITY else (DAYS,):
                since = (now - timedelta(days=days)).date()
                url = f"/supervision/{path}&since={since}&until={now.date()}"
                took = _readers.of_page(page, url, tries=tries)
                work = f"{what}, {days} days, {whose} duty chief"
                found.append(took.figure(work, most=MOST if days == DAYS else None))
    return found


def jobs(now: datetime) -> list[Figure]:
    """The first run, which finds everything, and the next one."""
    from django.db import transaction

    from bench import _readers
    from linli.cards.services.proposing import propose_cards
    from linli.cards.services.reminding import remind

    found = []
    for name, work in (("reminders", remind), ("cards proposed", propose_cards)):
        with transaction.atomic():
            first = _readers.timed(partial(work, now=now), tries=1, warm=False)
            again = _readers.timed(partial(work, now=now), tries=3, warm=False)
            transaction.set_rollback(True)
        said = f"{first.gave:,} of them"
        found.append(first.figure(f"{name}: the first run, which finds all there is", note=said))
        found.append(again.figure(f"{name}: a run that finds nothing new", most=MOST))
    return found


def measure(now: datetime, tries: int) -> list[Figure]:
    """Wall, pages, jobs."""
    return wall(now, tries=tries) + pages(now, tries=tries) + jobs(now)


if __name__ == "__main__":
    measured(__doc__, measure, f"In one process, nothing kept between the tries;\n{EMPTY}")
