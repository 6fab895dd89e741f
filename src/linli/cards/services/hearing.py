"""Leaders' orders become supervision orders in the statement that writes the event."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from linli.cards.models import Order
from linli.cards.rules.orders import usual_due
from linli.cases.models import Case, CaseEvent
from linli.cases.rules.stages import Supervision
from linli.catalogue import queries as catalogue
from linli.kernel.rows import Batch


def note_order(case: Case, event: CaseEvent, batch: Batch) -> None:
    """The order of a `supervise`, with its due day; nothing for other events."""
    if event.move != "supervise":
        return
    level = event.detail.get("level", Supervision.ATTEND.value)
    until = event.detail.get("until")
    given_on = timezone.localdate(event.at)
    batch.insert(
        Order(
            case_id=case.pk,
            number=event.number,
            unit_id=case.lead_unit_id,
            level=level,
            words=event.opinion,
            given_at=event.at,
            given_by_id=event.actor_id,
            due_on=date.fromisoformat(until)
            if until
            else usual_due(catalogue.calendar(), given_on, level),
        )
    )
