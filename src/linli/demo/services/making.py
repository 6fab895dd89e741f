"""Making the demo: once the ground and the people, then cases, on two cores."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from linli.cases.models import Case
from linli.catalogue import services as catalogue
from linli.demo.services import (
    appraising,
    asking,
    city,
    exchange,
    inventory,
    judging,
    people,
    replay,
    sensing,
    telephone,
)
from linli.notices.models import Notice
from linli.notices.services import mark_read
from linli.staff.models import Unit, User
from linli.suggestions import services as suggestions
from linli.suggestions.models import Purpose
from linli.territory import queries as territory

WORKERS = 2
ALL = 3000
FIRST_SECONDS = 55.0  # at the first start; what is missing then comes while the program runs
PIECE = 100
NAME = "示范市"  # what the name of its centre begins with


def state() -> Literal["empty", "made", "foreign"]:
    """What the database holds: nothing, the demo, or somebody's city. Two queries."""
    if Unit.objects.filter(code="CITY", name__startswith=NAME).exists():
        return "made"
    used = Unit.objects.exists() or User.objects.filter(is_system=False).exists()
    return "foreign" if used else "empty"


def keep() -> None:
    """After a migrate: bring a demo city of an older version up to this one; no other city."""
    if Unit.objects.filter(code="CITY", name__startswith=NAME).exists():
        people.keep_passwords()
        _equip(now=timezone.now())
        if not _filling().exists():
            _judge(now=timezone.now())


def found(*, now: datetime) -> None:
    """Ground, catalogue, people, all or nothing; then what stands there and who calls."""
    with transaction.atomic():
        city.build()
        catalogue.seed_catalogue(now)
        people.hire(now=now)
    _equip(now=now)


def _equip(*, now: datetime) -> None:
    """What stands in the city and what problems come by; each is entered once."""
    inventory.enter(now=now)
    telephone.enter(now=now)
    sensing.enter(now=now)
    exchange.enter(now=now)
    asking.enter(now=now)


def finish(*, now: datetime) -> None:
    """What follows from the cases, once they are all there: what units and workers hear of them,
    and what the worker learns."""
    _judge(now=now)
    _learn(now=now)


def _judge(*, now: datetime) -> None:
    """Cards, an order and a month of appraisal, each once."""
    judging.enter(now=now)
    appraising.enter(now=now)


def _filling() -> Path:
    """A file that is there as long as cases of the first start are still to come."""
    return Path(settings.DATA_DIR) / "demo.filling"


def _learn(*, now: datetime) -> None:
    """Have the worker learn classes and units from the cases that there are: minutes of work, for
    which nobody waits. Nothing where the administrator lacks the grant."""
    admin = User.objects.filter(username="sysadmin").first()
    if admin is not None and admin.has_grant(suggestions.GRANT):
        for purpose in Purpose.values:
            suggestions.ask_to_learn(actor=admin, purpose=purpose, now=now)


def fill(*, count: int, tell: Callable[[int, int], None], seconds: float = math.inf) -> int:
    """`count` cases by two processes, each with a share, or as many as come in `seconds`.

    Returns how many came. Raises RuntimeError if a process fails.
    """
    before = Case.objects.count()
    shares = [count // WORKERS + (1 if i < count % WORKERS else 0) for i in range(WORKERS)]
    running = [
        subprocess.Popen(  # noqa: S603  our own command
            [
                sys.executable,
                str(settings.BASE_DIR / "manage.py"),
                "demo",
                "--part",
                f"{i}:{share}:{seconds}",
            ],
            env=os.environ.copy(),
        )
        for i, share in enumerate(shares)
        if share
    ]
    try:
        while any(process.poll() is None for process in running):
            time.sleep(0.5)
            tell(min(Case.objects.count() - before, count), count)
    finally:
        for process in running:
            process.terminate()
            process.wait()
    if any(process.returncode for process in running):
        raise RuntimeError("A worker of the demo failed; its message is above.")
    came = Case.objects.count() - before
    tell(came, count)
    asking.enter(now=timezone.now())
    read_notices(now=timezone.now())
    return came


def fill_up() -> int:
    """What is missing to `ALL` cases, in pieces, by this process; returns how many came."""
    came = 0
    while (missing := ALL - Case.objects.count()) > 0:
        part(index=0, count=min(PIECE, missing), now=timezone.now())
        came += min(PIECE, missing)
    asking.enter(now=timezone.now())
    read_notices(now=timezone.now())
    finish(now=timezone.now())
    _filling().unlink(missing_ok=True)
    return came


def part(*, index: int, count: int, now: datetime, seconds: float = math.inf) -> None:
    """One worker's share; its choices follow from how many cases there are."""
    territory.listen()  # boundaries do not change meanwhile, and if they do, it is heard
    seed = Case.objects.count() * WORKERS + index + 1
    replay.replay(count=count, now=now, seed=seed, seconds=seconds)


def read_notices(*, now: datetime) -> None:
    """The people of the demo have read their notices until yesterday. Two queries and one a
    person."""
    old = Notice.objects.filter(created_at__lt=now - timedelta(days=1), read_at__isnull=True)
    told: dict[int, list[int]] = {}
    for user_id, notice_id in old.values_list("user_id", "id"):
        told.setdefault(user_id, []).append(notice_id)
    for user in User.objects.filter(pk__in=told):
        mark_read(user=user, notice_ids=told[user.pk], now=now)
