"""What the worker does for components."""

from __future__ import annotations

from django.utils import timezone

from linli.components import services
from linli.kernel.jobs import app


@app.periodic(cron="23 * * * *", periodic_id="components.fold_tallies")
@app.task(name="components.fold_tallies", queue="upkeep", pass_context=False)
def fold_tallies(timestamp: int) -> None:
    """Each hour: sum up the ledger of counts by map tile. Safe to run twice."""
    services.fold_tallies()


@app.periodic(cron="* * * * *", periodic_id="components.locate_anew")
@app.task(name="components.locate_anew", queue="upkeep", queueing_lock="components.locate_anew",
          pass_context=False)  # fmt: skip
def locate_anew(timestamp: int) -> None:
    """Each minute: follow changed boundaries. Safe to run twice; mostly two short queries."""
    services.locate_anew()


@app.periodic(cron="47 * * * *", periodic_id="components.drop_old_uploads")
@app.task(name="components.drop_old_uploads", queue="upkeep", pass_context=False)
def drop_old_uploads(timestamp: int) -> None:
    """Each hour: uploads whose columns nobody agreed on for a day. Safe to run twice."""
    services.drop_old_uploads(now=timezone.now())
