"""Jobs: pictures that reports point to, cases to be sent on, news of those that were."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import JobContext

from linli.kernel.jobs import PATIENT, app, is_last_try
from linli.open311.services import answering, choosing, following, media


@app.task(name="open311.fetch_media", queue="outside", retry=PATIENT, pass_context=True)
def fetch_media(context: JobContext, case_id: int, number: int) -> None:
    """Safe to run twice: only what is still being waited for is fetched."""
    last = is_last_try(context)
    media.fetch_media(case_id=case_id, number=number, now=timezone.now(), last=last)


@app.task(name="open311.tell_here", queue="outside", retry=PATIENT, pass_context=True)
def tell_here(context: JobContext, forward_id: int) -> None:
    """Safe to run twice: what has been said here is noted."""
    answering.tell_here(forward_id=forward_id, now=timezone.now(), last=is_last_try(context))


@app.periodic(cron="* * * * *")
@app.task(name="open311.choose", queue="outside", queueing_lock="open311.choose")
def choose(timestamp: int) -> None:
    """Each minute: cases that another system is to be sent. Safe to run twice: once a case."""
    choosing.choose_all(now=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="open311.ask", queue="outside", queueing_lock="open311.ask", lock="open311.ask")
def ask(timestamp: int) -> None:
    """How cases stand at other systems. Safe to run twice: news is kept, not counted."""
    following.ask_all(now=timezone.now())
