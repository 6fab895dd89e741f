"""Which cases go to another system: looked for each minute, written into the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from linli.cases.models import Case
from linli.cases.queries import cases_for
from linli.cases.rules.stages import Stage
from linli.deliveries import services as deliveries
from linli.open311.models import Destination, Forward
from linli.staff.models import Post
from linli.staff.models.seats import seats_of
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User

KIND = "open311.send"
OVERLAP = timedelta(minutes=10)  # a move may commit after a later one
MOST = 500  # cases of one destination in one run; the next run goes on
FILED = (Stage.FILED, Stage.DISPATCHED, Stage.HANDLING, Stage.HANDLED, Stage.CHECKING)
DISPATCHED = (Stage.DISPATCHED, Stage.HANDLING)


def acting(post: Post, *, now: datetime) -> User:
    """The person of a post, with that one seat: what they see and may do is the post's."""
    user = post.user
    user.seats = tuple(seat for seat in seats_of(user, now) if seat.post_id == post.pk)
    return user


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
        scope = territory.scope_of(destination.region_id)
        if scope.level != "all":
            fits &= Q(**{f"{scope.level}_id__in": sorted(scope.ids)})
    return fits


def choose_all(*, now: datetime) -> int:
    """Look at every destination in use; how many cases were added. Safe to run twice."""
    ids = Destination.objects.filter(active=True).order_by("id").values_list("pk", flat=True)
    return sum(choose(destination_id=pk, now=now) for pk in list(ids))


@transaction.atomic
def choose(*, destination_id: int, now: datetime) -> int:
    """Write what has come to one destination's lot since the last look into the outbox, once a
    case. Returns how many. Four queries and three a case."""
    destination = (
        Destination.objects.select_for_update(of=("self",))
        .select_related("post__user")
        .get(pk=destination_id)
    )
    user = acting(destination.post, now=now)
    since = destination.looked_at - OVERLAP
    rows = cases_for(user).filter(wanted(destination), stage_since__gte=since)
    found = list(rows.select_related("case_class").order_by("stage_since", "id")[: MOST * 2])
    known = set(
        Forward.objects.filter(
            destination=destination, case_id__in=[case.pk for case in found]
        ).values_list("case_id", flat=True)
    )
    fresh = [case for case in found if case.pk not in known]
    for case in fresh[:MOST]:
        _queue(destination, case, now=now)
    if len(found) == MOST * 2 or len(fresh) > MOST:  # there is more: go on from where this ended
        last = fresh[MOST - 1] if len(fresh) >= MOST else found[-1]
        destination.looked_at = last.stage_since
    else:
        destination.looked_at = now
    destination.save(update_fields=["looked_at"])
    return min(len(fresh), MOST)


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
