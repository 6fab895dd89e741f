"""Sealing the log, and letting it go when its time is over."""

from __future__ import annotations

from datetime import UTC, datetime

from linli.audit import services
from linli.kernel.jobs import PATIENT, app


@app.periodic(cron="*/10 * * * *")
@app.task(name="audit.seal_log", queue="default", retry=PATIENT, queueing_lock="audit.seal_log")
def seal_log(timestamp: int) -> None:
    """Safe to run twice: what is sealed is not sealed again."""
    services.seal_log(now=datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="50 3 * * *")
@app.task(name="audit.forget_old", queue="upkeep", queueing_lock="audit.forget_old")
def forget_old(timestamp: int) -> None:
    """Nightly. Safe to run twice: what is gone stays gone."""
    services.forget_old(now=datetime.fromtimestamp(timestamp, UTC))
