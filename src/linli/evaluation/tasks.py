"""Jobs of evaluation."""

from __future__ import annotations

from linli.evaluation.services import following, freezing
from linli.kernel.jobs import PATIENT, app


@app.periodic(cron="* * * * *")
@app.task(name="evaluation.follow", queue="reports", queueing_lock="evaluation.follow")
def follow(timestamp: int) -> None:
    """Every minute the facts of touched cases are made anew. Safe to run twice."""
    following.follow()


@app.task(name="evaluation.freeze", queue="reports", retry=PATIENT)
def freeze(freeze_id: int) -> None:
    """Writes what a closed period counted. Safe to run twice: what is frozen stays."""
    freezing.make(freeze_id=freeze_id)
