"""Jobs of the kernel."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

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

    A worker counts as dead after 30 s without a sign of life. Of jobs that wait only once (`once`
    of `later`) the one that waits already does the work of the one that was cut off: queued again
    it would be the second, and cut off for good it would hold their common lock for ever.
    """
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, Status.ABORTED, delete_job=False)
