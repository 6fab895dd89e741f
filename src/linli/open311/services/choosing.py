"""Which cases go to another system: looked for each minute, written into the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from linli.cases.models import Case
from linli.cases.queries import cases_for
from linli.cases.queries.lists import in_region
from linli.cases.rules.stages import Stage
from linli.deliveries import services as deliveries
from linli.open311.models import Destination, Forward
from linli.staff.queries.acting import actor_of_post

KIND = "open311.send"
OVERLAP = timedelta(minutes=10)  # a move may commit after a later one
MOST = 500  # cases of one destination in one look; the next one goes on
PAGE = 500  # cases read at once
FILED = (Stage.FILED, Stage.DISPATCHED, Stage.HANDLING, Stage.HANDLED, Stage.CHECKING)
DISPATCHED = (Stage.DISPATCHED, Stage.HANDLING)


def wanted(destination: Destination) -> Q:
    """Which cases the destination is sent."""
    fits = Q(stage__in=FILED, case_class__isnull=False, place__isnull=False)
    if destination.unit_id is not None:
        fits = Q(stage__in=DISPATCHED, lead_unit_id=destination.unit_id, place__isnull=False)
    if destination.class_codes:
        classes = Q()
        for code in destination.class_codes:
            classes |= Q(case_class__code__startswith=code)
        fits &= classes
    if destination.region_id is not None:
        fits &= in_region(destination.region_id)
    return fits


def choose_all(*, now: datetime) -> int:
    """Look at every destination in use; how many cases were added. Safe to run twice."""
    ids = Destination.objects.filter(active=True).order_by("id").values_list("pk", flat=True)
    return sum(choose(destination_id=pk, now=now) for pk in list(ids))


@transaction.atomic
def choose(*, destination_id: int, now: datetime) -> int:
    """Write what has come to one destination's lot since the last look into the outbox, once a
    case. Returns how many: `MOST` at once, the next look goes on. Two queries a page and three a
    case."""
    destination = Destination.objects.select_for_update().get(pk=destination_id)
    fresh, seen_to = _fresh(destination, now=now)
    for case in fresh:
        _queue(destination, case, now=now)
    destination.looked_at = seen_to
    destination.save(update_fields=["looked_at"])
    return len(fresh)


def _fresh(destination: Destination, *, now: datetime) -> tuple[list[Case], datetime]:
    """The first `MOST` cases that are to go there and are not on their way, in the order in which
    they came to where they stand; and up to when everything has been looked at."""
    actor = actor_of_post(destination.post_id, now=now)
    if actor is None:
        return [], now  # the post has ended, and sees nothing
    since = destination.looked_at - OVERLAP
    rows = (
        cases_for(actor)
        .filter(wanted(destination), stage_since__gte=since)
        .select_related("case_class")
        .order_by("stage_since", "id")
    )
    fresh: list[Case] = []
    last: Case | None = None
    while True:
        page = list(rows.filter(_behind(last))[:PAGE])
        known = set(
            Forward.objects.filter(
                destination=destination, case_id__in=[case.pk for case in page]
            ).values_list("case_id", flat=True)
        )
        for case in page:
            if case.pk not in known:
                fresh.append(case)
            if len(fresh) == MOST:
                return fresh, case.stage_since
        if len(page) < PAGE:
            return fresh, now
        last = page[-1]


def _behind(last: Case | None) -> Q:
    """What comes after a case in that order."""
    if last is None:
        return Q()
    return Q(stage_since__gt=last.stage_since) | Q(stage_since=last.stage_since, pk__gt=last.pk)


def _queue(destination: Destination, case: Case, *, now: datetime) -> None:
    assert case.case_class is not None
    forward = Forward.objects.create(
        destination=destination,
        case_id=case.pk,
        case_number=case.number,
        class_code=case.case_class.code,
        created_at=now,
    )
    queue(forward, now=now)


def queue(forward: Forward, *, now: datetime) -> None:
    """Hand it to the outbox; what leads to the same system about the same case keeps its order."""
    deliveries.queue_delivery(
        kind=KIND,
        target=target_of(forward.destination_id),
        lane=f"case:{forward.case_id}",
        payload={"forward": forward.pk},
        now=now,
    )


def target_of(destination_id: int) -> str:
    """The receiver as the outbox knows it."""
    return f"open311:{destination_id}"
