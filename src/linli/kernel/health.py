"""Is this installation well? What `/readyz`, `/metrics` and `bin/linli doctor` ask."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

LEAST_FREE = 500 * 1024 * 1024  # bytes


class Check(NamedTuple):
    """One question, its answer, and what to do when it is no."""

    name: str
    fine: bool
    says: str


class Figure(NamedTuple):
    """A metric: Prometheus name, help text, value."""

    name: str
    help: str
    value: float


_figures: list[Callable[[], list[Figure]]] = []


def register_figures(source: Callable[[], list[Figure]]) -> None:
    """A higher package adds its figures to `/metrics`."""
    _figures.append(source)


def readiness() -> list[Check]:
    """Database, migrations, worker, disk."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return [Check("database", False, f"not reachable: {error}".strip()), _disk()]
    return [Check("database", True, "reachable"), _migrations(), _worker(), _disk()]


def _migrations() -> Check:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Check("migrations", False, f"{len(waiting)} to run: bin/linli manage migrate")
    return Check("migrations", True, "all run")


def _worker() -> Check:
    from procrastinate.contrib.django.models import ProcrastinateWorker

    recent = timezone.now() - timedelta(minutes=2)
    if ProcrastinateWorker.objects.filter(last_heartbeat__gte=recent).exists():
        return Check("worker", True, "has beaten within two minutes")
    return Check("worker", False, "no heartbeat for two minutes: start the worker")


def _disk() -> Check:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.DATA_DIR).free
    return Check("disk", free > LEAST_FREE, f"{free // 1024**2} MiB free")


def metrics_text() -> str:
    """All figures, one `# HELP` and `# TYPE` each."""
    lines: list[str] = []
    for figure in [*_own_figures(), *(f for source in _figures for f in source())]:
        lines += [
            f"# HELP {figure.name} {figure.help}",
            f"# TYPE {figure.name} gauge",
            f"{figure.name} {figure.value:g}",
        ]
    return "\n".join(lines) + "\n"


def _own_figures() -> list[Figure]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    waiting = ProcrastinateJob.objects.filter(status="todo").count()
    failed = ProcrastinateJob.objects.filter(status="failed").count()
    return [
        Figure("linli_jobs_waiting", "Jobs that wait to run.", waiting),
        Figure("linli_jobs_failed", "Jobs that failed for good.", failed),
    ]
