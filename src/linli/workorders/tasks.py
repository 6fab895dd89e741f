"""Jobs: orders become reports, attachments are fetched, what is old is forgotten."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import JobContext

from linli.kernel.jobs import PATIENT, app, is_last_try
from linli.workorders.services import fetching, receiving, taking, upkeep


@app.task(name="workorders.take_in", queue="outside", retry=PATIENT)
def take_in(order_id: int) -> None:
    """Safe to run twice: an order becomes a report once."""
    taking.take_in(order_id=order_id, now=timezone.now())


@app.task(name="workorders.fetch_files", queue="outside", retry=PATIENT, pass_context=True)
def fetch_files(context: JobContext, order_id: int) -> None:
    """Safe to run twice: only what is still being waited for is fetched."""
    fetching.fetch_files(order_id=order_id, now=timezone.now(), last=is_last_try(context))


@app.periodic(cron="*/5 * * * *")
@app.task(name="workorders.sweep", queue="upkeep", queueing_lock="workorders.sweep")
def sweep(timestamp: int) -> None:
    """Orders whose job was lost are queued again. Safe to run twice."""
    taking.sweep(now=timezone.now())


@app.periodic(cron="43 4 * * *")
@app.task(name="workorders.forget", queue="upkeep", queueing_lock="workorders.forget")
def forget(timestamp: int) -> None:
    """Nightly: used nonces, and messages of orders that ended long ago. Safe to run twice."""
    receiving.forget_nonces(now=timezone.now())
    upkeep.forget_messages(now=timezone.now())
