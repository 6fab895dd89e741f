"""What the worker does for components."""

from __future__ import annotations

from linli.components import services
from linli.kernel.jobs import app


@app.periodic(cron="23 * * * *", periodic_id="components.fold_tallies")
@app.task(name="components.fold_tallies", queue="upkeep", pass_context=False)
def fold_tallies(timestamp: int) -> None:
    """Each hour: sum up the ledger of counts by map tile. Safe to run twice."""
    services.fold_tallies()
