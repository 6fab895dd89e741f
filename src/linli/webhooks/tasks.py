"""Jobs: receivers that are gone."""

from __future__ import annotations

from django.utils import timezone

from linli.kernel.jobs import app
from linli.webhooks import services


@app.periodic(cron="7 * * * *")
@app.task(name="webhooks.switch_off_broken", queue="upkeep")
def switch_off_broken(timestamp: int) -> None:
    """Hourly. Safe to run twice: what is off stays off."""
    services.switch_off_broken(now=timezone.now())
