"""Receivers that are gone: switched off, with a notice and with what they missed kept."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.deliveries import queries as outbox
from linli.notices.services import tell
from linli.staff.queries.acting import people_with
from linli.webhooks import rules
from linli.webhooks.models import Subscription
from linli.webhooks.rules import State
from linli.webhooks.services.keeping import GRANT, set_state


def switch_off_broken(*, now: datetime) -> int:
    """Switch off those whom nothing has reached for five days, though it was tried; how many.

    Safe to run twice.
    """
    on = {rules.target_of(one.pk): one for one in Subscription.objects.filter(state=State.ON)}
    since = outbox.failing_since(on)
    late = {key: moment for key, moment in since.items() if now - moment >= rules.PATIENCE}
    for key, moment in late.items():
        reason = _("Nothing has arrived since %s.") % timezone.localtime(moment).strftime(
            "%m-%d %H:%M"
        )
        break_off(on[key].pk, reason=reason, now=now)
    return len(late)


@transaction.atomic
def break_off(subscription_id: int, *, reason: str, now: datetime) -> None:
    """Switch one off and say so to those who look after webhooks; what waits for it is kept as
    given up, to be sent again once it is back. Nothing for one that is not on."""
    subscription = (
        Subscription.objects.select_for_update().filter(pk=subscription_id, state=State.ON).first()
    )
    if subscription is None:
        return
    set_state(subscription, State.BROKEN, reason, now)
    record(
        actor=None, action="webhooks.broken", object_type="webhook", object_id=subscription.pk,
        now=now,
    )  # fmt: skip
    tell(
        user_ids=people_with(GRANT, now=now),
        kind="webhooks.broken",
        params={"name": subscription.name},
        url=f"/console/webhooks/{subscription.pk}/",
        now=now,
    )
