"""Jobs: the nightly proof of the access log."""

from __future__ import annotations

from datetime import UTC, datetime

from linli.kernel.jobs import app
from linli.staff import services


@app.periodic(cron="10 4 * * *")
@app.task(name="staff.verify_audit", queue="upkeep", queueing_lock="staff.verify_audit")
def verify_audit(timestamp: int) -> None:
    """Nightly. Safe to run twice: it only reads, and tells."""
    services.verify_audit(now=datetime.fromtimestamp(timestamp, UTC))
