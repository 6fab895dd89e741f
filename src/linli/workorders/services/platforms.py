"""What an administrator sets: platforms, their keys, their mapping, how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.deliveries.services import give_up_target
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.jobs import later
from linli.kernel.outbound import check_url
from linli.staff import policy as staff
from linli.workorders.models import Order, Platform
from linli.workorders.policy import GRANT_SETTINGS
from linli.workorders.rules import signing
from linli.workorders.rules.kinds import OrderState, target_of
from linli.workorders.rules.mapping import BadMapping, Rule, check, kept_of

if TYPE_CHECKING:
    from linli.staff.models import Unit, User

OVERLAP = timedelta(days=1)  # how long a secret that was replaced still opens
MOST_RETRIED = 5_000


class Made(NamedTuple):
    """A platform and the secret that is shown this once."""

    platform: Platform
    secret: str


@transaction.atomic
def save_platform(
    *,
    actor: User,
    platform_id: int | None,
    name: str,
    centre: Unit,
    skew_s: int,
    return_hours: int,
    review: str,
    crs: str,
    by_place: bool,
    callback_url: str,
    active: bool,
    now: datetime,
) -> Made:
    """Add a platform, with a fresh secret, or change one (the secret is "" then).

    Raises NotYours, NotFound, BadInput naming the field. What waits for one that is switched off is
    given up, and can be sent again.
    """
    staff.require(actor, GRANT_SETTINGS)
    if centre.kind != "centre":
        raise BadInput(_("centre: choose a centre, which takes the orders in."), field="centre")
    secret = ""
    if platform_id is None:
        secret = signing.new_secret()
        row = Platform(key_id=signing.new_key_id(), secret=secret, made_at=now)
    else:
        row = _locked(actor, platform_id)
    row.name, row.centre, row.skew_s, row.return_hours = name, centre, skew_s, return_hours
    row.review, row.crs, row.by_place, row.active = review, crs, by_place, active
    row.callback_url = check_url(callback_url, field="callback_url") if callback_url else ""
    row.save()
    if not row.active:
        give_up_target(target=target_of(row.pk), reason=_("The platform is switched off."), now=now)
    _note(actor, "workorders.changed", row, now, {"active": active})
    return Made(row, secret)


@transaction.atomic
def save_mapping(
    *, actor: User, platform_id: int, rules: Mapping[str, Rule], now: datetime
) -> Platform:
    """How its orders are read from now on; held ones can be tried again.

    Raises NotYours, NotFound, BadInput naming the field.
    """
    row = _locked(actor, platform_id)
    try:
        check(rules)
    except BadMapping as fault:
        raise BadInput(fault.words, field=f"{fault.field}_path") from None
    row.mapping = kept_of(rules)
    row.save(update_fields=["mapping"])
    _note(actor, "workorders.changed", row, now, {"mapping": sorted(row.mapping)})
    return row


@transaction.atomic
def save_wording(
    *, actor: User, platform_id: int, wording: Mapping[str, Any], now: datetime
) -> Platform:
    """How it is told from now on (`rules.outgoing.Wording` as JSON). Raises NotYours, NotFound."""
    row = _locked(actor, platform_id)
    row.wording = dict(wording)
    row.save(update_fields=["wording"])
    _note(actor, "workorders.changed", row, now, {"wording": True})
    return row


@transaction.atomic
def renew_secret(*, actor: User, platform_id: int, now: datetime) -> Made:
    """A new secret; the one before it opens for a day more. Raises NotYours, NotFound."""
    row = _locked(actor, platform_id)
    row.old_secret, row.old_until = row.secret, now + OVERLAP
    row.secret = signing.new_secret()
    row.save(update_fields=["secret", "old_secret", "old_until"])
    _note(actor, "workorders.secret", row, now, {})
    return Made(row, row.secret)


@transaction.atomic
def set_header_key(*, actor: User, platform_id: int, on: bool, now: datetime) -> Made:
    """A key sent as it is, for a platform that cannot sign; or none any more (the secret is ""
    then). Raises NotYours, NotFound."""
    row = _locked(actor, platform_id)
    secret = signing.new_secret() if on else ""
    row.header_key = signing.digest(secret) if on else None
    row.save(update_fields=["header_key"])
    _note(actor, "workorders.secret", row, now, {"header": on})
    return Made(row, secret)


@transaction.atomic
def retry_held(*, actor: User, platform_id: int, now: datetime) -> int:
    """Read the orders anew that could not be read, by the present mapping; how many.

    Those that a person is to look at for another reason stay. Raises NotYours, NotFound.
    """
    row = _locked(actor, platform_id)
    held = Order.objects.select_for_update().filter(
        platform=row, state=OrderState.HELD, returned_at=None
    )
    ids = list(held.exclude(faults=[]).order_by("pk").values_list("pk", flat=True)[:MOST_RETRIED])
    Order.objects.filter(pk__in=ids).update(state=OrderState.RECEIVED)
    for pk in ids:
        later("workorders.take_in", order_id=pk)
    _note(actor, "workorders.retried", row, now, {"count": len(ids)})
    return len(ids)


def _locked(actor: User, platform_id: int) -> Platform:
    staff.require(actor, GRANT_SETTINGS)
    found = Platform.objects.select_for_update().filter(pk=platform_id).first()
    if found is None:
        raise NotFound(_("There is no such platform."))
    return found


def _note(actor: User, action: str, row: Platform, now: datetime, detail: dict[str, Any]) -> None:
    record(
        actor=actor, action=action, object_type="workorders_platform", object_id=row.pk, now=now,
        detail=detail,
    )  # fmt: skip
