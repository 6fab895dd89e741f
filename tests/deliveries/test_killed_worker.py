"""The worker is killed in the middle of a delivery: nothing is lost, a repetition bears its id."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from linli.deliveries import services
from linli.deliveries.models import Delivery
from linli.deliveries.rules import State
from linli.kernel.jobs import later
from tests.deliveries import kinds  # noqa: F401  signs its kinds in
from tests.faults.test_killed_worker import begin_worker, kill, no_jobs  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_only_under_one_id(
    tmp_path: Path,
) -> None:
    (tmp_path / "dawdle").touch()
    sent = {
        number: services.queue_delivery(
            kind="tests.file", target="tests:file", lane="case:1" if number < 4 else "",
            payload={"number": number}, now=timezone.now(),
        ).uid
        for number in range(1, 7)
    }  # fmt: skip
    first = begin_worker(tmp_path)
    try:
        deadline = time.monotonic() + 40
        while not (tmp_path / "begun").exists():
            assert time.monotonic() < deadline, "the worker did not begin"
            time.sleep(0.1)
    finally:
        kill(first)
    (tmp_path / "dawdle").unlink()
    stuck = Delivery.objects.get(uid=sent[3])
    assert (stuck.state, stuck.attempts) == (State.WAITING, 1)

    with connection.cursor() as cursor:  # a few minutes go by
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'"
        )
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=5))
    Delivery.objects.exclude(leased_until=None).update(leased_until=timezone.now())
    later("kernel.retry_stalled", once="kernel.retry_stalled", timestamp=0)
    second = begin_worker(tmp_path, "--one-shot")
    try:
        assert second.wait(40) == 0
    finally:
        kill(second)
    lines = [line.split() for line in (tmp_path / "arrived").read_text().splitlines()]
    assert {(int(number), uid) for number, uid in lines} == {
        (number, str(uid)) for number, uid in sent.items()
    }
    lane = [int(number) for number, _uid in lines if int(number) < 4]
    assert list(dict.fromkeys(lane)) == [1, 2, 3]
    assert not Delivery.objects.exclude(state=State.DONE).exists()
