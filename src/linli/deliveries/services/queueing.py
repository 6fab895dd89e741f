"""Writing into the outbox, in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from linli.deliveries.models import Delivery
from linli.deliveries.rules import KINDS
from linli.kernel.jobs import later


def queue_delivery(
    *,
    kind: str,
    target: str,
    payload: Mapping[str, Any],
    now: datetime,
    lane: str = "",
) -> Delivery:
    """Have `payload` (what JSON can hold) handed to `target` once this transaction commits, at
    least once. One insert, and one look at the queue of jobs after the commit.

    `target` names a receiver (`webhooks:12`): it has a circuit breaker. What shares a `lane` goes
    to it one after the other, in the order of these calls if they are made under a lock on what the
    lane names (a case). Raises KeyError for a kind nobody has signed in.
    """
    sealed = KINDS[kind].sealed
    made = Delivery.objects.create(
        kind=kind,
        target=target,
        lane=lane,
        payload={} if sealed else dict(payload),
        sealed_payload=json.dumps(dict(payload), ensure_ascii=False) if sealed else "",
        due_at=now,
        created_at=now,
    )
    wake()
    return made


def derived_deliveries(*, kind: str, target: str, source: str) -> str:
    """The INSERT … SELECT of deliveries for `kernel.rows.Batch.derive`; call `wake` if it made any.

    `target` is an SQL expression, `source` what follows FROM, which gives the columns lane,
    payload (not personal) and at. Raises KeyError for a kind nobody has signed in.
    """
    code = KINDS[kind].code
    return (
        "INSERT INTO deliveries_delivery (uid, kind, target, lane, payload, sealed_payload, state,"
        " attempts, due_at, outcome, tries, created_at)"
        f" SELECT gen_random_uuid(), '{code}', {target}, lane, payload, ''::bytea, 'waiting', 0,"
        f" at, '', '[]'::jsonb, at FROM {source}"
    )


def wake() -> None:
    """Begin to send once the present transaction commits, rather than at the next full minute."""
    transaction.on_commit(lambda: later("deliveries.send", once="deliveries.send"))
