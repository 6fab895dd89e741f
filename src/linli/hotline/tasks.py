"""Jobs of the hotline desk; each can run twice without harm."""

from __future__ import annotations

from django.utils import timezone

from linli.hotline import services
from linli.kernel.jobs import app


@app.periodic(cron="*/10 * * * *")
@app.task(name="hotline.gather", queue="cases")
def gather(timestamp: int) -> None:
    """People of every door who wait for a call stand in the call-back list."""
    services.gather(now=timezone.now())


@app.periodic(cron="25 3 * * *")
@app.task(name="hotline.forget_callers", queue="cases")
def forget_callers(timestamp: int) -> None:
    """Who called is erased when the purpose is met."""
    services.forget_callers(now=timezone.now())
