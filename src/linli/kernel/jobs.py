"""Jobs that run later, queued in the same transaction as the change that asks for them."""

from __future__ import annotations

from typing import Any

import procrastinate
from procrastinate.contrib.django import app
from procrastinate.contrib.django import models as tables

__all__ = ["PATIENT", "app", "is_last_try", "later", "on_app_ready"]

# Ten tries over about a day: 30 s, 1 min, 2 min …
PATIENT = procrastinate.RetryStrategy(max_attempts=10, exponential_wait=2, wait=30)


def is_last_try(context: procrastinate.JobContext) -> bool:
    """Whether no further try of a `PATIENT` job follows this one."""
    most = PATIENT.max_attempts
    return context.job is None or (most is not None and context.job.attempts >= most - 1)


def on_app_ready(ready: procrastinate.App) -> None:
    """Procrastinate calls this once its application exists; tasks find it by `app`."""


def later(
    name: str, *, once: str | None = None, after: str | None = None, **arguments: Any
) -> None:
    """Queue the job `name`; it runs after the present transaction commits, or not at all.

    `once` is a key: while a job with it waits, a second one is not queued. `after` is a key too:
    jobs with the same one run one after the other.
    Raises KeyError for a name no package has registered.
    """
    from django.db import transaction

    task = app.tasks[name] if name in app.tasks else _loaded(name)
    if once is None:
        (task if after is None else task.configure(lock=after)).defer(**arguments)
        return
    waiting = tables.ProcrastinateJob.objects.filter(queueing_lock=once, status="todo").exists()
    if waiting:
        return
    try:
        with transaction.atomic():
            task.configure(queueing_lock=once, lock=after).defer(**arguments)
    except procrastinate.exceptions.AlreadyEnqueued:
        return


def _loaded(name: str) -> procrastinate.tasks.Task[Any, Any, Any]:
    app.perform_import_paths()  # type: ignore[no-untyped-call]  # procrastinate's
    return app.tasks[name]
