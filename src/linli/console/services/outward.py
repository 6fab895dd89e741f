"""What administrators do with deliveries: who may is asked here, as it lies below."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time

from linli.audit.services import record
from linli.console.queries import outward as queries
from linli.console.rules import areas
from linli.deliveries import queries as outbox
from linli.deliveries import services as deliveries
from linli.notices import services as notices
from linli.notices.rules import Texts
from linli.staff.models import User
from linli.staff.policy import require
from linli.staff.queries.acting import people_with


def replay(*, actor: User, ids: Collection[int], now: datetime) -> int:
    """Send these again; how many. Raises NotYours, NotFound, Stale."""
    return deliveries.replay_deliveries(actor=actor, ids=queries.allowed(actor, ids), now=now)


def drop(*, actor: User, ids: Collection[int], reason: str, now: datetime) -> int:
    """Do not send these any more; how many. Raises NotYours, BadInput, NotFound, Stale."""
    return deliveries.drop_deliveries(
        actor=actor, ids=queries.allowed(actor, ids), reason=reason, now=now
    )


def try_now(*, actor: User, target: str, now: datetime) -> int:
    """Try what waits for a target at once; how many. Raises NotYours, NotFound."""
    queries.require_target(actor, target)
    return deliveries.try_target_now(actor=actor, target=target, now=now)


def tell_of_given_up(target: str, now: datetime) -> None:
    """Those who look after deliveries hear of the first one of a target that was given up."""
    people = set(people_with(areas.DELIVERIES, now=now))
    if queries.is_webhook(target):
        people |= set(people_with(areas.WEBHOOKS, now=now))
    notices.tell(
        user_ids=people,
        kind="deliveries.given_up",
        params={"target": outbox.labels_of([target]).get(target, target)},
        url=f"/console/deliveries/?state=dead&target={target}",
        now=now,
    )


def retry_message(*, actor: User, message_id: int, now: datetime) -> None:
    """Send a message again that failed or was held. Raises NotYours, NotFound, Refused."""
    require(actor, areas.DELIVERIES)
    notices.retry_message(message_id=message_id, now=now)
    record(
        actor=actor, action="notices.retried", object_type="message", object_id=message_id, now=now
    )


def word_message(
    *, actor: User, kind: str, language: str, texts: Texts | None, now: datetime
) -> None:
    """Other words for a kind of message, or None: those of the program. Raises NotYours, NotFound,
    BadInput."""
    require(actor, areas.DELIVERIES)
    notices.word_message(actor=actor, kind=kind, language=language, texts=texts, now=now)


def set_quiet_hours(
    *, actor: User, channel: str, begins: time | None, ends: time | None, now: datetime
) -> None:
    """When a channel is silent. Raises NotYours, BadInput."""
    require(actor, areas.DELIVERIES)
    notices.set_quiet_hours(actor=actor, channel=channel, begins=begins, ends=ends, now=now)
