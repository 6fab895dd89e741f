"""A worker that is killed in the middle of long work, and two that want the same."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from linli.errands import services
from linli.errands.models import Errand, ErrandFile
from linli.errands.rules import State
from linli.kernel.jobs import later
from linli.notices.models import Notice
from linli.staff.models import User
from tests.errands import kinds  # noqa: F401  signs its kinds in
from tests.factories import make_post
from tests.faults.test_killed_worker import _forget_jobs, begin_worker, kill, no_jobs  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def wait_for(errand: Errand, wanted: Any, seconds: int = 40) -> Errand:
    deadline = time.monotonic() + seconds
    while True:
        found = Errand.objects.get(pk=errand.pk)
        if wanted(found):
            return found
        assert time.monotonic() < deadline, f"{found.state}: {found.done} {found.outcome}"
        time.sleep(0.1)


def ask(count: int) -> Errand:
    post = make_post("cases.export", valid_from=timezone.now() - timedelta(days=1))
    return services.start_errand(
        actor=User.objects.get(pk=post.user_id), kind="tests.count", name="a list",
        asks={"count": count}, now=timezone.now(),
    )  # fmt: skip


def test_long_work_killed_in_the_middle_is_done_once_by_the_next_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = tmp_path / "begun"
    monkeypatch.setenv("LINLI_TEST_BEGUN", str(begun))
    monkeypatch.setenv("LINLI_FILES", str(tmp_path / "files"))
    errand = ask(400)
    first = begin_worker(tmp_path)
    try:
        found = wait_for(errand, lambda e: begun.exists() and e.done >= 100)
        assert found.state == State.RUNNING, "progress is seen while the work is under way"
        assert found.total == 400
    finally:
        kill(first)
    assert not Notice.objects.exists(), "what was half done is undone"

    monkeypatch.delenv("LINLI_TEST_BEGUN")
    with connection.cursor() as cursor:  # half a minute goes by
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"
        )
    later("kernel.retry_stalled", once="kernel.retry_stalled", timestamp=0)
    second = begin_worker(tmp_path, "--one-shot")
    try:
        assert second.wait(40) == 0
    finally:
        kill(second)
    ended = Errand.objects.get(pk=errand.pk)
    assert (ended.state, ended.starts) == (State.DONE, 2)
    assert Notice.objects.filter(url="/trace/").count() == 1
    assert ErrandFile.objects.filter(errand=errand).count() == 1


def test_long_work_is_called_off_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_TEST_BEGUN", str(tmp_path / "begun"))
    errand = ask(2000)
    worker = begin_worker(tmp_path)
    try:
        wait_for(errand, lambda e: e.state == State.RUNNING and e.total)
        services.cancel_errand(actor=errand.owner, errand_id=errand.pk, now=timezone.now())
        wait_for(errand, lambda e: e.state == State.CANCELLED)
    finally:
        kill(worker)
    assert not Notice.objects.exists()


def test_two_workers_never_do_the_same_errand_at_once(settings: Any, tmp_path: Path) -> None:
    errand = ask(10)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7301, %s)", [errand.pk])
        services.run_errand(errand_id=errand.pk)
        assert Errand.objects.get(pk=errand.pk).state == State.WAITING
    finally:
        other.close()
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    services.run_errand(errand_id=errand.pk)
    assert Errand.objects.get(pk=errand.pk).state == State.DONE
