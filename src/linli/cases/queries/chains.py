"""Proving that no event was changed, taken out or put in (design §3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linli.cases import rules
from linli.cases.models import Case, CaseEvent


class Break(NamedTuple):
    """Where a chain is broken and how."""

    case_id: int
    number: int
    why: str


def facts_of(event: CaseEvent) -> dict[str, object]:
    """What the digest of an event covers: every column but the digest itself."""
    return {
        "case": event.case_id,
        "number": event.number,
        "move": event.move,
        "from": event.stage_from,
        "to": event.stage_to,
        "at": event.at,
        "actor": event.actor_id,
        "post": event.post_id,
        "unit": event.unit_id,
        "opinion": event.opinion,
        "detail": event.detail,
    }


def breaks(*, case_id: int | None = None) -> Iterator[Break]:
    """Every broken chain, by case. Streams all events once, in the order of their key."""
    heads = Case.objects.order_by("pk").values_list("pk", "event_count", "head_hash", "stage")
    events = CaseEvent.objects.order_by("case_id", "number")
    if case_id is not None:
        heads, events = heads.filter(pk=case_id), events.filter(case_id=case_id)
    stream = _by_case(events.iterator(chunk_size=5000))
    waiting = next(stream, None)
    for pk, count, head, stage in heads.iterator(chunk_size=5000):
        found: list[CaseEvent] = []
        if waiting is not None and waiting[0] == pk:
            found = waiting[1]
            waiting = next(stream, None)
        broken = _check(pk, count, head, stage, found)
        if broken is not None:
            yield broken


def _by_case(events: Iterator[CaseEvent]) -> Iterator[tuple[int, list[CaseEvent]]]:
    case_id, found = 0, list[CaseEvent]()
    for event in events:
        if event.case_id != case_id and found:
            yield case_id, found
            found = []
        case_id = event.case_id
        found.append(event)
    if found:
        yield case_id, found


def _check(
    case_id: int, count: int, head: str, stage: str, events: list[CaseEvent]
) -> Break | None:
    digest = rules.GENESIS
    for expected, event in enumerate(events, start=1):
        if event.number != expected:
            return Break(case_id, expected, "an event is missing")
        digest_now = rules.link(digest, facts_of(event))
        if digest_now != event.digest:
            return Break(case_id, event.number, "the event was changed")
        digest = digest_now
    if len(events) != count:
        return Break(case_id, count, f"{count} events are noted with the case, {len(events)} found")
    if digest != head:
        return Break(case_id, count, "the case does not carry the digest of its last event")
    if events and events[-1].stage_to != stage:
        return Break(case_id, count, "the events do not lead to the stage of the case")
    return None
