"""Jobs: sending messages, forgetting old ones."""

from __future__ import annotations

from django.utils import timezone

from linli.kernel.jobs import PATIENT, app
from linli.notices import services


class NotSentYet(Exception):
    """The message could not be handed over now; the queue tries again later."""


@app.task(name="notices.send_message", queue="notices", retry=PATIENT)
def send_message(message_id: int) -> None:
    """Safe to run twice: only a queued message is sent, under a lock."""
    if services.send_message(message_id=message_id, now=timezone.now()):
        raise NotSentYet(f"message {message_id}")


@app.periodic(cron="37 3 * * *")
@app.task(name="notices.prune", queue="upkeep", queueing_lock="notices.prune")
def prune(timestamp: int) -> None:
    """Nightly. Safe to run twice: what is gone stays gone."""
    services.prune(now=timezone.now())
