"""Jobs of the cases; each can run twice without harm."""

from __future__ import annotations

from django.utils import timezone

from linli.cases import services
from linli.cases.services import keeping, upkeep
from linli.kernel.jobs import app


@app.periodic(cron="*/10 * * * *")
@app.task(name="cases.close_rating_windows", queue="cases", pass_context=False)
def close_rating_windows(timestamp: int) -> None:
    """Closed cases whose rating window is over become evaluated (R80)."""
    services.close_rating_windows(now=timezone.now())


@app.periodic(cron="5 * * * *")
@app.task(name="cases.resume_suspended", queue="cases")
def resume_suspended(timestamp: int) -> None:
    """Suspended cases go on when their day has come."""
    upkeep.resume_due(now=timezone.now())


@app.periodic(cron="20 3 * * *")
@app.task(name="cases.erase_contacts", queue="cases")
def erase_contacts(timestamp: int) -> None:
    """Who reported is erased when the purpose is met."""
    upkeep.erase_contacts(now=timezone.now())


@app.periodic(cron="30 3 * * *")
@app.task(name="cases.forget_submission_keys", queue="cases")
def forget_submission_keys(timestamp: int) -> None:
    """Keys of submissions older than a week, and cases kept for a list, are not needed any more."""
    upkeep.forget_submission_keys(now=timezone.now())
    keeping.forget_kept(now=timezone.now())
