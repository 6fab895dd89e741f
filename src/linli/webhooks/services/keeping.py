"""Subscriptions: made, changed, switched, ended; their secrets shown once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.cases.rules import MOVES
from linli.deliveries.models import Delivery
from linli.deliveries.services import give_up_target, queue_delivery
from linli.kernel.errors import BadInput, NotFound, Refused
from linli.kernel.outbound import check_url
from linli.kernel.text import clean
from linli.staff import policy
from linli.staff.models import Post, User
from linli.territory import queries as territory
from linli.territory.models import Region
from linli.webhooks import rules
from linli.webhooks.models import Subscription
from linli.webhooks.rules import State

GRANT = "webhooks.manage"
#: Events that are no moves of the table: what begins a case, and joins it.
REPORTS = ("report", "add_report")
MOST_CODES = 50


class Made(NamedTuple):
    """A subscription and its secret, shown this once."""

    subscription: Subscription
    secret: str


@transaction.atomic
def subscribe(
    *,
    actor: User,
    post: Post,
    name: str,
    url: str,
    now: datetime,
    moves: Sequence[str] = (),
    class_codes: Sequence[str] = (),
    region: Region | None = None,
) -> Made:
    """Tell `url` of events of cases that `post` sees; nothing chosen means all.

    Raises NotYours, BadInput naming the field, Refused for a post that sees no cases.
    """
    policy.require(actor, GRANT)
    if "cases.see" not in post.grants:
        raise Refused(
            _("This post does not see cases, so there is nothing to tell. Choose another post.")
        )
    subscription = Subscription(
        post=post, secret=rules.new_secret(), created_by=actor, created_at=now, state_since=now
    )
    _fill(subscription, name, url, moves, class_codes, region)
    subscription.save()
    _note(actor, "webhooks.subscribed", subscription, now, {"post": post.pk})
    return Made(subscription, subscription.secret)


@transaction.atomic
def change_subscription(
    *,
    actor: User,
    subscription_id: int,
    name: str,
    url: str,
    now: datetime,
    moves: Sequence[str] = (),
    class_codes: Sequence[str] = (),
    region: Region | None = None,
) -> Subscription:
    """Another address or other wishes, from the next event on; what waits goes to the new address.

    Raises NotYours, NotFound, BadInput naming the field.
    """
    subscription = _locked(actor, subscription_id)
    _fill(subscription, name, url, moves, class_codes, region)
    subscription.save()
    _note(actor, "webhooks.changed", subscription, now, {})
    return subscription


@transaction.atomic
def rotate_secret(*, actor: User, subscription_id: int, now: datetime) -> Made:
    """A new secret; the one before it signs too for a day, so that the receiver has time to change.

    Raises NotYours, NotFound.
    """
    subscription = _locked(actor, subscription_id)
    subscription.old_secret, subscription.secret = subscription.secret, rules.new_secret()
    subscription.old_secret_until = now + rules.OVERLAP
    subscription.save(update_fields=["secret", "old_secret", "old_secret_until"])
    _note(actor, "webhooks.rotated", subscription, now, {})
    return Made(subscription, subscription.secret)


@transaction.atomic
def switch(*, actor: User, subscription_id: int, on: bool, now: datetime) -> Subscription:
    """Switch it on, or off: what waits is given up then, and can be sent again once it is on.

    Twice the same is no error. Raises NotYours, NotFound.
    """
    subscription = _locked(actor, subscription_id)
    state = State.ON if on else State.OFF
    if subscription.state == state:
        return subscription
    words = "" if on else _("The webhook is switched off.")
    set_state(subscription, state, words, now)
    _note(actor, "webhooks.switched", subscription, now, {"on": on})
    return subscription


@transaction.atomic
def end_subscription(*, actor: User, subscription_id: int, now: datetime) -> None:
    """End it for good; its secret is forgotten. Raises NotYours, NotFound."""
    subscription = _locked(actor, subscription_id)
    subscription.secret = subscription.old_secret = ""
    subscription.save(update_fields=["secret", "old_secret"])
    set_state(subscription, State.ENDED, _("The webhook has ended."), now)
    _note(actor, "webhooks.ended", subscription, now, {})


@transaction.atomic
def ping(*, actor: User, subscription_id: int, now: datetime) -> Delivery:
    """Send a test event that tells of nothing. Raises NotYours, NotFound, Refused while off."""
    subscription = _locked(actor, subscription_id)
    if subscription.state != State.ON:
        raise Refused(_("The webhook is switched off. Switch it on, then test it."))
    return queue_delivery(
        kind=rules.EVENT, target=rules.target_of(subscription.pk), payload={"ping": True}, now=now
    )


def _locked(actor: User, subscription_id: int) -> Subscription:
    policy.require(actor, GRANT)
    found = (
        Subscription.objects.select_for_update()
        .exclude(state=State.ENDED)
        .filter(pk=subscription_id)
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such webhook."))
    return found


def set_state(subscription: Subscription, state: State, words: str, now: datetime) -> None:
    """Switch it, with the reason; unless it is on, what waits for it is given up."""
    subscription.state, subscription.state_since = state, now
    subscription.reason = words[:300]
    subscription.save(update_fields=["state", "state_since", "reason"])
    if state != State.ON:
        give_up_target(target=rules.target_of(subscription.pk), reason=words, now=now)


def _fill(
    subscription: Subscription,
    name: str,
    url: str,
    moves: Sequence[str],
    class_codes: Sequence[str],
    region: Region | None,
) -> None:
    subscription.name = clean(name, field="name", most=80, least=1)
    subscription.url = check_url(url, field="url")
    unknown = [move for move in moves if move not in MOVES and move not in REPORTS]
    if unknown:
        raise BadInput(
            _("moves: there is no event “%s”. Choose from the list.") % unknown[0][:40],
            field="moves",
        )
    subscription.moves = sorted(set(moves))
    codes = sorted({code.strip().upper() for code in class_codes if code.strip()})
    if len(codes) > MOST_CODES or any(len(code) > 20 or not code.isalnum() for code in codes):
        raise BadInput(
            _("class_codes: at most %d codes of letters and digits.") % MOST_CODES,
            field="class_codes",
        )
    subscription.class_codes = codes
    subscription.region = region
    subscription.region_ids = [] if region is None else sorted(territory.scope_of(region.pk).ids)


def _note(
    actor: User, action: str, subscription: Subscription, now: datetime, detail: dict[str, Any]
) -> None:
    record(
        actor=actor, action=action, object_type="webhook", object_id=subscription.pk, now=now,
        detail={"state": subscription.state, "moves": subscription.moves, **detail},
    )  # fmt: skip
