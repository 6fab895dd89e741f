"""Sealing the log, every ten minutes."""

from __future__ import annotations

from datetime import UTC, datetime

from linli.audit import services
from linli.kernel.jobs import PATIENT, app


@app.periodic(cron="*/10 * * * *")
@app.task(name="audit.seal_log", queue="default", retry=PATIENT, queueing_lock="audit.seal_log")
def seal_log(timestamp: int) -> None:
    """Safe to run twice: what is sealed is not sealed again."""
    services.seal_log(now=datetime.fromtimestamp(timestamp, UTC))
