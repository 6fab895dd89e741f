"""A worker that is killed in the middle of a job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from linli.deliveries.models import Delivery
from linli.kernel.jobs import later
from linli.notices import services
from linli.notices.models import Message
from linli.notices.rules import State, register_messages
from tests.faults.worker import KIND
from tests.live.test_journey import ROOT, database_url

pytestmark = pytest.mark.django_db(transaction=True)


def begin_worker(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """The worker on the test database, in a process group of its own."""
    environment = os.environ | {
        "LINLI_DATABASE_URL": database_url(), "LINLI_TEST_LETTERS": str(folder),
        "LINLI_EMAIL_BACKEND": "tests.faults.mail.Backend",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.worker", *options],
        env=environment, cwd=ROOT, start_new_session=True,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def no_jobs(transactional_db: None) -> Iterator[None]:
    """The tables of the queue are not Django's to flush."""
    _forget_jobs()
    yield
    _forget_jobs()


def _forget_jobs() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def kill(worker: subprocess.Popen[bytes]) -> None:
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(10)


@pytest.mark.parametrize("another", [False, True], ids=["alone", "with another that waits"])
def test_a_job_whose_worker_was_killed_is_done_by_the_next(tmp_path: Path, another: bool) -> None:
    register_messages(KIND)
    (tmp_path / "dawdle").touch()
    letter = services.write_message(
        channel="email", address="a@example.cn", kind="test.letter",
        params={"number": "20261122-000001-4"}, language="en", now=timezone.now(),
    )  # fmt: skip
    first = begin_worker(tmp_path)
    try:
        deadline = time.monotonic() + 40
        while not (tmp_path / "begun").exists():
            assert time.monotonic() < deadline, "the worker did not begin"
            assert first.poll() is None, "the worker ended by itself"
            time.sleep(0.1)
    finally:
        kill(first)
    job = ProcrastinateJob.objects.get(task_name="deliveries.send", status="doing")
    assert Message.objects.get(pk=letter.pk).state == State.QUEUED

    (tmp_path / "dawdle").unlink()
    with connection.cursor() as cursor:  # a few minutes go by
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'"
        )
    Delivery.objects.update(leased_until=timezone.now())
    if another:
        later("deliveries.send", once="deliveries.send")
    later("kernel.retry_stalled", once="kernel.retry_stalled", timestamp=0)
    second = begin_worker(tmp_path, "--one-shot")
    try:
        assert second.wait(40) == 0
    finally:
        kill(second)
    ended = "aborted" if another else "succeeded"
    assert ProcrastinateJob.objects.get(pk=job.pk).status == ended
    assert Message.objects.get(pk=letter.pk).state == State.SENT
    assert (tmp_path / "carried").read_text().splitlines() == ["About 20261122-000001-4"]
