"""Jobs of routing; each can run twice without harm."""

from __future__ import annotations

from django.utils import timezone

from linli.kernel.jobs import app
from linli.routing import services


@app.periodic(cron="50 3 * * *")
@app.task(name="routing.check_rules", queue="upkeep")
def check_rules(timestamp: int) -> None:
    """Rules in force whose unit, class or region has ended since are reported."""
    services.check_rules(now=timezone.now())
