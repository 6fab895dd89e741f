"""New reports and moves while one watches (`bin/linli demo --live`)."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from linli.cases.models import Case
from linli.cases.rules.stages import OPEN
from linli.demo.services import replay, sensing
from linli.demo.services.rhythm import rhythm


def reports(*, every: float) -> Iterator[str]:
    """A report about every `every` seconds, and now and then a move; yields what happened."""
    pick = random.Random()  # noqa: S311  made-up reports
    here = replay.town(seed=pick.randrange(10**9))
    facts = rhythm()
    while True:
        for user in here.users.values():
            user.__dict__.pop("seats", None)
        fact = pick.choice(facts)
        with transaction.atomic():
            now = timezone.now()
            case = replay.report_one(here, fact, now)
        yield f"{case.number} {case.stage}"
        waiting = Case.objects.filter(stage__in=OPEN, suspended_until__isnull=True)
        sensing.send_one(now=timezone.now(), pick=pick)
        old = waiting.order_by("?").first()
        if old is not None and pick.random() < 0.7:
            with transaction.atomic():
                moved = replay.move_on(here, old, fact, timezone.now())
            if moved:
                yield f"{old.number} {Case.objects.get(pk=old.pk).stage}"
        time.sleep(every * (0.5 + pick.random()))
