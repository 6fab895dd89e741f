"""Telling subscribers: one part of the statement that writes an event; a letter each in a job."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.cases.models import Case, CaseEvent
from linli.deliveries.rules import DeliveryKind, Never, Outcome, Parcel, Sent, later_for
from linli.deliveries.rules import State as Delivered
from linli.deliveries.services import derived_deliveries, wake
from linli.kernel.outbound import Answer, fetch
from linli.kernel.rows import Batch
from linli.webhooks import queries, rules
from linli.webhooks.rules import State
from linli.webhooks.services.watching import break_off


class Gone(Never):
    """The receiver says that it does not exist any more."""


# -- when an event is written ---------------------------------------------------------------------
_WANTED = """jsonb_to_record(%s::jsonb) AS e(move text, class_id bigint, regions bigint[],
        lane text, payload jsonb, at timestamptz)
    JOIN webhooks_subscription s ON s.state = 'on'
        AND (s.moves = '{}' OR e.move = ANY(s.moves))
        AND (s.region_ids = '{}' OR s.region_ids && e.regions)
        AND (s.class_codes = '{}' OR EXISTS (
            SELECT 1 FROM catalogue_caseclass c, unnest(s.class_codes) AS prefix
            WHERE c.id = e.class_id AND starts_with(c.code, prefix)))"""


@cache
def _telling() -> str:
    return derived_deliveries(kind=rules.EVENT, target=f"'{rules.TARGET}' || s.id", source=_WANTED)


def tell_subscribers(case: Case, event: CaseEvent, batch: Batch) -> None:
    """A delivery for each subscription that wants this event; ids and codes only. No query."""
    facts = {
        "move": event.move,
        "class_id": case.case_class_id,
        "regions": [
            one for one in (case.district_id, case.street_id, case.community_id) if one is not None
        ],
        "lane": f"case:{case.pk}",
        "at": event.at,
        "payload": {
            "case": case.pk,
            "number": case.number,
            "event": event.number,
            "move": event.move,
            "stage_from": event.stage_from,
            "stage_to": event.stage_to,
            "at": event.at,
        },
    }
    batch.derive(_telling(), facts, wake)


# -- when a delivery is due -----------------------------------------------------------------------
def send(parcel: Parcel) -> Outcome:
    """Hand one event over. What the post may not see at this moment is not told."""
    now = timezone.now()
    subscription = queries.subscription_by_id(rules.subscription_of(parcel.target))
    if subscription is None or subscription.state != State.ON:
        return Never(_("The webhook is switched off."))
    body = queries.message_for(subscription, parcel, now=now)
    if body is None:
        return Sent(_("Not told: its post does not see this case."))
    secrets = [subscription.secret]
    if subscription.old_secret and (subscription.old_secret_until or now) > now:
        secrets.append(subscription.old_secret)
    answer = fetch(
        "POST",
        subscription.url,
        body=body,
        headers=rules.headers(secrets, message_id=str(parcel.id), at=now, body=body),
        timeout_s=rules.TIMEOUT_S,
    )
    return _outcome(answer, now)


def _outcome(answer: Answer, now: datetime) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Sent(_("Answered with %d.") % status)
    if status == 410:
        return Gone(_("Answered with 410: the receiver is gone for good."))
    return later_for(answer, now=now)


def _settled(parcel: Parcel, state: Delivered, outcome: Outcome, now: datetime) -> None:
    if isinstance(outcome, Gone):
        break_off(rules.subscription_of(parcel.target), reason=outcome.says, now=now)


WEBHOOKS = DeliveryKind(
    code=rules.EVENT,
    label=gettext_lazy("Webhook"),
    send=send,
    settled=_settled,
    again=True,
    labels=queries.names_of_targets,
)
