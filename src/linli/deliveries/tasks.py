"""Jobs: emptying the outbox, forgetting what is old."""

from __future__ import annotations

import logging

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from linli.deliveries import queries, services
from linli.kernel.jobs import app, later

log = logging.getLogger(__name__)


@app.task(name="deliveries.send", queue="deliveries", lock="deliveries.send")
def send() -> None:
    """Safe to run twice: each delivery is leased to one worker. While the database is away it
    leaves the rest to the sweep."""
    try:
        if services.send_due():
            later("deliveries.send", once="deliveries.send")  # more may have come meanwhile
    except (OperationalError, InterfaceError) as fault:
        log.warning("sending was cut off: %s", type(fault).__name__)


@app.periodic(cron="* * * * *")
@app.task(name="deliveries.sweep", queue="upkeep", queueing_lock="deliveries.sweep")
def sweep(timestamp: int) -> None:
    """Each minute: what has become due again is sent. Safe to run twice."""
    if queries.is_due(now=timezone.now()):
        later("deliveries.send", once="deliveries.send")


@app.periodic(cron="19 4 * * *")
@app.task(name="deliveries.prune", queue="upkeep", queueing_lock="deliveries.prune")
def prune(timestamp: int) -> None:
    """Nightly. Safe to run twice: what is gone stays gone."""
    services.prune(now=timezone.now())
