"""Reading subscriptions, and what they are told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.policy import visible_to
from linli.deliveries.rules import Parcel
from linli.kernel.errors import NotFound
from linli.staff.policy import require
from linli.staff.queries.acting import actor_of_post
from linli.webhooks import rules
from linli.webhooks.models import Subscription
from linli.webhooks.rules import State

if TYPE_CHECKING:
    from linli.staff.models import User


def subscriptions_for(user: User) -> QuerySet[Subscription]:
    """All that have not ended, by name. One query. Raises NotYours."""
    require(user, "webhooks.manage")
    rows = Subscription.objects.exclude(state=State.ENDED)
    return rows.select_related("post__user", "post__unit", "region").order_by("name", "id")


def subscription_for(user: User, subscription_id: int) -> Subscription:
    """One that has not ended. One query. Raises NotYours, NotFound."""
    found = subscriptions_for(user).filter(pk=subscription_id).first()
    if found is None:
        raise NotFound(_("There is no such webhook."))
    return found


def subscription_by_id(subscription_id: int) -> Subscription | None:
    """For the job that sends. One query."""
    return Subscription.objects.filter(pk=subscription_id).first()


def names_of_targets(keys: Iterable[str]) -> dict[str, str]:
    """Names of subscriptions by the keys of their targets. One query."""
    ids = {rules.subscription_of(key): key for key in keys}
    named = Subscription.objects.filter(pk__in=ids).values_list("pk", "name")
    return {ids[pk]: name for pk, name in named}


def message_for(subscription: Subscription, parcel: Parcel, *, now: datetime) -> bytes | None:
    """The event as it goes out; None where the subscription's post does not see the case now.

    Stages and moment are those of the event, class, place and unit the present ones. Two queries.
    """
    source = f"{settings.PUBLIC_ORIGIN}/api/v1"
    told = parcel.payload
    if told.get("ping"):
        return rules.cloud_event(
            event_id=str(parcel.id), kind=rules.PING, source=source, at=parcel.created_at,
            subject=f"webhooks/{subscription.pk}", data={},
        )  # fmt: skip
    actor = actor_of_post(subscription.post_id, now=now)
    case = _case_for(actor, told["case"]) if actor is not None else None
    if case is None:
        return None
    return rules.cloud_event(
        event_id=f"{told['case']}-{told['event']}",
        kind=f"{rules.CASE}{told['move']}",
        source=source,
        at=datetime.fromisoformat(told["at"]),
        subject=f"cases/{told['number']}",
        data=_data(case, told),
    )


def _case_for(actor: User, case_id: int) -> Case | None:
    places = ("case_class", "district", "street", "community", "grid", "lead_unit")
    return Case.objects.filter(visible_to(actor), pk=case_id).select_related(*places).first()


def _data(case: Case, told: Any) -> dict[str, Any]:
    """Numbers and codes: what a receiver needs to decide whether to ask. Nothing personal."""
    origin = settings.PUBLIC_ORIGIN
    return {
        "case": case.number,
        "event": told["event"],
        "move": told["move"],
        "stage_from": told["stage_from"],
        "stage_to": told["stage_to"],
        "class": case.case_class.code if case.case_class else None,
        "district": case.district.code if case.district else None,
        "street": case.street.code if case.street else None,
        "community": case.community.code if case.community else None,
        "grid": case.grid.code if case.grid else None,
        "unit": case.lead_unit.code if case.lead_unit else None,
        "api": f"{origin}/api/v1/cases/{case.number}",
        "page": f"{origin}/desk/cases/{case.number}/",
    }
