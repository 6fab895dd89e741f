"""Jobs of analysis."""

from __future__ import annotations

from django.utils import timezone

from linli.analysis.services import sending
from linli.kernel.jobs import app


@app.periodic(cron="5 * * * *")
@app.task(name="analysis.send", queue="reports", queueing_lock="analysis.send")
def send(timestamp: int) -> None:
    """Hourly, from seven in the morning: what people have asked to be sent. Safe to run twice."""
    sending.send_due(now=timezone.now())
