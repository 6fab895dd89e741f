"""Jobs: clearing up what nobody claimed."""

from __future__ import annotations

from django.utils import timezone

from linli.files import services
from linli.kernel.jobs import app


@app.periodic(cron="17 * * * *")
@app.task(name="files.prune", queue="upkeep", queueing_lock="files.prune")
def prune(timestamp: int) -> None:
    """Hourly. Safe to run twice: what is gone stays gone."""
    services.prune(now=timezone.now())
