"""Jobs: files people sent, what their messages ask for, what is forgotten."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import JobContext

from linli.kernel.jobs import PATIENT, app, is_last_try
from linli.wechat.services import acting, media, upkeep


@app.task(name="wechat.fetch_media", queue="outside", retry=PATIENT, pass_context=True)
def fetch_media(context: JobContext, message_id: int) -> None:
    """Safe to run twice: only what is still being waited for is fetched."""
    media.fetch_media(message_id=message_id, now=timezone.now(), last=is_last_try(context))


@app.task(name="wechat.act", queue="cases", retry=PATIENT)
def act(message_id: int) -> None:
    """Safe to run twice: what was done is noted with the message."""
    acting.act(message_id=message_id, now=timezone.now())


@app.periodic(cron="23 * * * *")
@app.task(name="wechat.tidy", queue="upkeep")
def tidy(timestamp: int) -> None:
    """Hourly. Safe to run twice."""
    upkeep.tidy(now=timezone.now())
