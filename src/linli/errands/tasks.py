"""Jobs: doing errands, and clearing up after them."""

from __future__ import annotations

import procrastinate
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from linli.errands import services
from linli.kernel.jobs import app

# The database was away: three more tries, after 30 s, 1 min and 2 min.
AFTER_AN_OUTAGE = procrastinate.RetryStrategy(
    max_attempts=4,
    exponential_wait=2,
    wait=30,
    retry_exceptions={OperationalError, InterfaceError},
)


@app.task(name="errands.run", queue="errands", retry=AFTER_AN_OUTAGE)
def run(errand_id: int) -> None:
    """Safe to run twice: the work and its end are one transaction."""
    services.run_errand(errand_id=errand_id)


@app.periodic(cron="27 * * * *")
@app.task(name="errands.tidy", queue="upkeep", queueing_lock="errands.tidy")
def tidy(timestamp: int) -> None:
    """Hourly. Safe to run twice: what is gone stays gone."""
    services.tidy(now=timezone.now())
