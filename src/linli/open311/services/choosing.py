"""Which cases go to another system: looked for each minute, written into the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from linli.cases.models import Case, CaseEvent
from linli.cases.queries import cases_for
from linli.cases.queries.lists import in_region
from linli.cases.rules.stages import Stage
from linli.deliveries import services as deliveries
from linli.open311.models import Destination, Forward
from linli.open311.rules.kinds import ForwardState
from linli.staff.queries.acting import actor_of_post

KIND = "open311.send"
OVERLAP = timedelta(minutes=10)  # a move may commit after a later one
MOST = 500  # cases of one destination in one look; the next one goes on
PAGE = 500  # cases read at once
FILED = (Stage.FILED, Stage.DISPATCHED, Stage.HANDLING, Stage.HANDLED, Stage.CHECKING)
DISPATCHED = (Stage.DISPATCHED, Stage.HANDLING)
AGAIN = ("rework", "reopen")  # moves after which a case has to be done again
Fresh = tuple[Case, Forward | None]


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
    case and round. Returns how many: `MOST` at once, the next look goes on. Three queries a page
    and three a case."""
    destination = Destination.objects.select_for_update().get(pk=destination_id)
    fresh, seen_to = _fresh(destination, now=now)
    for case, before in fresh:
        _queue(destination, case, before, now=now)
    destination.looked_at = seen_to
    destination.save(update_fields=["looked_at"])
    return len(fresh)


def _fresh(destination: Destination, *, now: datetime) -> tuple[list[Fresh], datetime]:
    """The first `MOST` cases that are to go there and are not on their way, with what became of
    them there before, in the order in which they came to where they stand; and up to when
    everything has been looked at."""
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
    fresh: list[Fresh] = []
    last: Case | None = None
    while True:
        page = list(rows.filter(_behind(last))[:PAGE])
        known = _known(destination, page)
        back = _came_back(destination, known.values())
        for case in page:
            before = known.get(case.pk)
            if before is None or before.pk in back:
                fresh.append((case, before))
            if len(fresh) == MOST:
                return fresh, case.stage_since
        if len(page) < PAGE:
            return fresh, now
        last = page[-1]


def _known(destination: Destination, cases: Iterable[Case]) -> dict[int, Forward]:
    """What of these cases has gone there before, by case."""
    ids = [case.pk for case in cases]
    rows = Forward.objects.filter(destination=destination, case_id__in=ids)
    return {row.case_id: row for row in rows}


def _came_back(destination: Destination, known: Iterable[Forward]) -> set[int]:
    """Which of them were closed there, and were sent back to be done again since. What a person
    gave up stays given up."""
    ended = {
        row.case_id: (row.pk, row.ended_at)
        for row in known
        if row.state == ForwardState.DONE and row.ended_at is not None
    }
    if not ended:
        return set()
    moves = AGAIN if destination.unit_id is None else (*AGAIN, "dispatch")
    events = CaseEvent.objects.filter(case_id__in=list(ended), move__in=moves)
    return {
        ended[case_id][0]
        for case_id, at in events.values_list("case_id", "at")
        if at > ended[case_id][1]
    }


def _behind(last: Case | None) -> Q:
    """What comes after a case in that order."""
    if last is None:
        return Q()
    return Q(stage_since__gt=last.stage_since) | Q(stage_since=last.stage_since, pk__gt=last.pk)


def _queue(destination: Destination, case: Case, before: Forward | None, *, now: datetime) -> None:
    assert case.case_class is not None
    forward = Forward(destination=destination, case_id=case.pk, case_number=case.number)
    if before is not None:  # the same row: one case has one place in the list
        forward.pk, forward.round = before.pk, before.round + 1
        forward.earlier_ids = [*before.earlier_ids, before.remote_id or before.remote_token]
    forward.class_code, forward.created_at = case.case_class.code, now
    forward.save()
    queue(forward, now=now)


def queue(forward: Forward, *, now: datetime) -> None:
    """Hand it to the outbox; what leads to the same system about the same case keeps its order."""
    deliveries.queue_delivery(
        kind=KIND,
        target=target_of(forward.destination_id),
        lane=f"case:{forward.case_id}",
        payload={"forward": forward.pk, "round": forward.round},
        now=now,
    )


def target_of(destination_id: int) -> str:
    """The receiver as the outbox knows it."""
    return f"open311:{destination_id}"
