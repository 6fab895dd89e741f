from __future__ import annotations

from django.utils import timezone

from linli.api import services
from linli.kernel.jobs import app


@app.periodic(cron="45 3 * * *")
@app.task(name="api.prune", queue="upkeep")
def prune(timestamp: int) -> None:
    """Keys of writes are forgotten after 48 hours."""
    services.prune(now=timezone.now())
