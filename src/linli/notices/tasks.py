"""Jobs: handing messages of an earlier version to the outbox, forgetting old ones."""

from __future__ import annotations

from django.utils import timezone

from linli.kernel.jobs import app
from linli.notices import services


@app.task(name="notices.send_message", queue="notices")
def send_message(message_id: int) -> None:
    """For messages that an earlier version has queued: the outbox sends them. Safe to run twice."""
    services.send_message(message_id=message_id, now=timezone.now())


@app.periodic(cron="37 3 * * *")
@app.task(name="notices.prune", queue="upkeep", queueing_lock="notices.prune")
def prune(timestamp: int) -> None:
    """Nightly. Safe to run twice: what is gone stays gone."""
    services.prune(now=timezone.now())
