"""Jobs of the kernel."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import JobContext

from linli.kernel import limits
from linli.kernel.jobs import app


@app.periodic(cron="40 3 * * *")
@app.task(name="kernel.forget_hits", queue="upkeep")
def forget_hits(timestamp: int) -> None:
    """Counts of the rate limits older than a day. Safe to run twice."""
    limits.forget_old(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(
    name="kernel.retry_stalled", queue="upkeep", queueing_lock="kernel.retry_stalled",
    pass_context=True,
)  # fmt: skip
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker was killed in the middle are queued again. Safe to run twice.

    A worker counts as dead after 30 s without a sign of life.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)
