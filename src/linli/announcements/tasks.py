"""Jobs of announcements; each can run twice without harm."""

from __future__ import annotations

from django.utils import timezone

from linli.announcements import services
from linli.kernel.jobs import PATIENT, app


@app.task(name="announcements.write_letters", queue="notices", retry=PATIENT)
def write_letters(announcement_id: int) -> None:
    """Each receipt says whether its letters are written."""
    services.write_letters(announcement_id=announcement_id, now=timezone.now())


@app.periodic(cron="12 8-19 * * *")
@app.task(name="announcements.remind", queue="notices", queueing_lock="announcements.remind")
def remind(timestamp: int) -> None:
    """By day only; each receipt counts its reminders."""
    services.remind(now=timezone.now())


@app.periodic(cron="52 3 * * *")
@app.task(name="announcements.forget", queue="upkeep", queueing_lock="announcements.forget")
def forget(timestamp: int) -> None:
    """Nightly; what is forgotten stays so."""
    services.forget(now=timezone.now())
