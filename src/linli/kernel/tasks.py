"""Jobs of the kernel."""

from __future__ import annotations

from django.utils import timezone

from linli.kernel import limits
from linli.kernel.jobs import app


@app.periodic(cron="40 3 * * *")
@app.task(name="kernel.forget_hits", queue="upkeep")
def forget_hits(timestamp: int) -> None:
    """Counts of the rate limits older than a day. Safe to run twice."""
    limits.forget_old(now=timezone.now())
