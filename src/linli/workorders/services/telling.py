"""Telling platforms: news written with the event, handed to the outbox in the same transaction."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.cases.models import Case, CaseEvent
from linli.cases.queries.following import WORDS_TOLD
from linli.deliveries.rules import DeliveryKind, Later, Never, Outcome, Parcel, Sent, later_for
from linli.deliveries.rules import State as Delivered
from linli.deliveries.services import queue_delivery
from linli.kernel.outbound import Answer, fetch
from linli.kernel.rows import Batch
from linli.workorders.models import News, Order, Platform
from linli.workorders.queries.orders import unit_names
from linli.workorders.queries.platforms import labels
from linli.workorders.rules import signing
from linli.workorders.rules.kinds import (
    STATUS_OF_MOVE,
    TELL,
    TIMEOUT_S,
    OrderState,
    Reason,
    Status,
    Told,
    target_of,
)
from linli.workorders.rules.outgoing import wording_of

# -- when an event is written ----------------------------------------------------------------------
#: `own` is given where the event takes the case out of another: its own orders follow it again.
_DERIVED = """INSERT INTO workorders_news
        (order_id, uid, status, at, words, facts, event, state, queued, says)
    SELECT o.id, gen_random_uuid(), e.status, e.at, e.words, e.facts, e.event, 'waiting', false, ''
    FROM jsonb_to_record(%s::jsonb) AS e(followed bigint, own bigint, status text, at timestamptz,
        words text, facts jsonb, event int)
    JOIN workorders_order o
        ON o.state = 'taken' AND (o.followed_id = e.followed OR o.case_id = e.own)"""


#: The case went to another centre: its orders are that centre's too.
_HANDED_OVER = """UPDATE workorders_order AS o SET centre_id = e.centre
    FROM jsonb_to_record(%s::jsonb) AS e(followed bigint, centre bigint)
    WHERE o.followed_id = e.followed"""
HANDING_OVER = frozenset({"escalate", "sign_escalation", "delegate", "transfer"})


def hear(case: Case, event: CaseEvent, batch: Batch) -> None:
    """A news for each order that follows this case, if the event is one platforms hear of.

    No query; two where there are any.
    """
    if event.move in HANDING_OVER:
        batch.derive(_HANDED_OVER, {"followed": case.pk, "centre": case.centre_id}, lambda: None)
    status = STATUS_OF_MOVE.get(event.move)
    if status is None:
        return
    unmerged = event.move == "unmerge"
    facts = {
        "followed": case.pk,
        "own": case.pk if unmerged else None,
        "status": status,
        "at": event.at,
        "words": event.opinion if event.move in WORDS_TOLD else "",
        "facts": _facts(case, event),
        "event": event.number,
    }
    batch.derive(_DERIVED, facts, _after(case.pk, event))


def _facts(case: Case, event: CaseEvent) -> dict[str, Any]:
    known = {
        "case": case.number,
        "unit": case.lead_unit_id,
        "rating": case.rating if event.move == "evaluate" else None,
        "until": case.suspended_until if STATUS_OF_MOVE[event.move] == Status.SUSPENDED else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _after(case_id: int, event: CaseEvent) -> Callable[[], None]:
    def then() -> None:
        following = Q(order__followed_id=case_id)
        if event.move == "merge":
            queue_news(following, now=event.at)
            Order.objects.filter(followed_id=case_id).update(followed_id=event.detail["into"])
            return
        if event.move == "unmerge":
            merged = Case.objects.filter(merged_into=case_id).values("pk")
            own = Q(case_id=case_id) | Q(case_id__in=merged)
            Order.objects.filter(own, state=OrderState.TAKEN).update(followed_id=case_id)
        queue_news(following, now=event.at)

    return then


def add_news(
    order: Order,
    status: Status,
    *,
    now: datetime,
    words: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Tell the platform what was done to the order itself. Three queries."""
    News.objects.create(order=order, status=status, at=now, words=words, facts=dict(facts or {}))
    queue_news(Q(order=order), now=now)
    order.told = Order.objects.values_list("told", flat=True).get(pk=order.pk)


def queue_news(which: Q, *, now: datetime) -> None:
    """Hand news that are not queued to the outbox, in their order; those that the platform does not
    want to hear are noted as such. Two queries, and four for each that is told."""
    rows = News.objects.filter(which, queued=False).select_related("order__platform")
    for news in rows.order_by("pk"):
        platform = news.order.platform
        news.queued = True
        if not (platform.callback_url and wording_of(platform.wording).tells(news.status)):
            news.state, news.settled_at = Told.SILENT, now
        else:
            news.delivery_id = queue_delivery(
                kind=TELL,
                target=target_of(platform.pk),
                lane=f"order:{news.order_id}",
                payload={"news": str(news.uid)},
                now=now,
            ).pk
            Order.objects.filter(pk=news.order_id).update(told=Told.WAITING)
        news.save(update_fields=["queued", "state", "settled_at", "delivery_id"])


# -- when a delivery is due ------------------------------------------------------------------------
def send(parcel: Parcel) -> Outcome:
    """Tell one status, signed. Two queries, three with a result."""
    news = News.objects.select_related("order__platform").filter(uid=_uid(parcel)).first()
    if news is None:
        return Never(_("The order was forgotten."))
    platform = news.order.platform
    if not (platform.active and platform.callback_url):
        return Never(_("The platform is switched off, or has no address to be told at."))
    now = timezone.now()
    wording = wording_of(platform.wording)
    body = wording.body(facts_of(news), zone=timezone.get_default_timezone())
    answer = fetch(
        "POST",
        platform.callback_url,
        body=body,
        headers=_headers(platform, parcel, body, now, xml=wording.xml),
        timeout_s=TIMEOUT_S,
    )
    return _outcome(answer, wording.agreed(answer.body), now)


def _uid(parcel: Parcel) -> uuid.UUID:
    return uuid.UUID(parcel.payload["news"])


def facts_of(news: News) -> dict[str, Any]:
    """What can be said about a status, by `rules.outgoing.SOURCES`. Two queries at most."""
    facts = news.facts
    reason = facts.get("reason") or ""
    words = news.words or (_result_of(news.order) if news.status == Status.CLOSED else "")
    if not words and reason:
        words = str(Reason(reason).label)
    until = facts.get("until")
    return {
        "number": news.order.number,
        "status": news.status,
        "status_words": str(Status(news.status).label),
        "at": news.at,
        "words": words,
        "unit": unit_names([news]).get(facts.get("unit"), ""),
        "case": facts.get("case", ""),
        "reason": reason,
        "rating": facts.get("rating"),
        "until": datetime.fromisoformat(until) if until and "T" in until else until,
        "id": str(news.uid),
    }


def _result_of(order: Order) -> str:
    """What the unit has said last that it did."""
    if order.followed_id is None:
        return ""
    rows = CaseEvent.objects.filter(case_id=order.followed_id, move="report_back")
    return rows.order_by("-number").values_list("opinion", flat=True).first() or ""


def _headers(
    platform: Platform, parcel: Parcel, body: bytes, now: datetime, *, xml: bool
) -> dict[str, str]:
    parts = urlsplit(platform.callback_url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    signed = signing.headers(
        platform.key_id, platform.secret, method="POST", target=target, at=now, body=body,
        nonce=f"{parcel.id.hex}.{parcel.attempt}",
    )  # fmt: skip
    kind = "application/xml" if xml else "application/json"
    return {"Content-Type": f"{kind}; charset=utf-8", **signed}


def _outcome(answer: Answer, agreed: bool, now: datetime) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        if agreed:
            return Sent(_("Answered with %d.") % status)
        said = answer.body.decode("utf-8", "replace").strip()[:200]
        return Later(_("Answered with %(status)d, but does not say yes: %(said)s")
                     % {"status": status, "said": said})  # fmt: skip
    return later_for(answer, now=now)


def _settled(parcel: Parcel, state: Delivered, outcome: Outcome, now: datetime) -> None:
    """Note with the news and its order what came of a try, in the outbox's transaction."""
    news = News.objects.select_for_update().filter(uid=_uid(parcel)).first()
    if news is None:
        return
    known = {Delivered.DONE: Told.CONFIRMED, Delivered.WAITING: Told.WAITING}
    news.state = known.get(state, Told.FAILED)
    news.says = outcome.says[:300]
    news.settled_at = now if news.state != Told.WAITING else None
    news.save(update_fields=["state", "says", "settled_at"])
    _note_order(news.order_id)


def _note_order(order_id: int) -> None:
    """How an order's news are doing as a whole: the worst state of those that are told."""
    states = set(News.objects.filter(order_id=order_id).values_list("state", flat=True))
    told = next(one for one in (Told.FAILED, Told.WAITING, Told.CONFIRMED) if one in states)
    Order.objects.filter(pk=order_id).update(told=told)


TELLING = DeliveryKind(
    code=TELL,
    label=gettext_lazy("Status of a work order"),
    send=send,
    settled=_settled,
    strict=True,
    again=True,
    labels=labels,
)
