"""News to people who reported by WeChat: by template, or in the talk while it is young."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.cases.models import Case, CaseEvent
from linli.cases.services.reporting import secret_of
from linli.deliveries.rules import DeliveryKind, Later, Never, Outcome, Parcel, Sent
from linli.deliveries.services import derived_deliveries, queue_delivery, wake
from linli.kernel.rows import Batch
from linli.wechat.models import Account, Fan, InMessage, Submission
from linli.wechat.queries import accounts
from linli.wechat.rules import wording
from linli.wechat.rules.kinds import NEWS_OF, News
from linli.wechat.services import calling

KIND = "wechat.news"
YOUNG = timedelta(hours=48)  # after a message WeChat lets accounts answer freely
#: WeChat's codes for: follows no more, has not agreed, the time for free answers is over.
NOT_WANTED = frozenset({43004, 43101, 45015, 45047, 50002})
#: Wrong templates or fields: a person has to put them right.
WRONG = frozenset({40037, 47003, 41028, 41029, 41030, 48001, 40003, 40013, 40125})


def target_of(account_id: int) -> str:
    """The receiver as the outbox knows it."""
    return f"{accounts.TARGET}{account_id}"


def lane_of(fan_id: int) -> str:
    """News of one person arrive in order."""
    return f"wechat:{fan_id}"


# -- when an event is written ---------------------------------------------------------------------
_WANTED = """(
    WITH RECURSIVE told AS (
        SELECT * FROM jsonb_to_record(%s::jsonb)
            AS e("case" bigint, event integer, news text, at timestamptz)),
    own(id) AS (
        SELECT "case" FROM told
        UNION
        SELECT c.id FROM cases_case c JOIN own ON c.merged_into = own.id
        WHERE c.merged_into IS NOT NULL)
    SELECT w.account_id, 'wechat:' || w.fan_id AS lane, told.at,
        jsonb_build_object('case', w.case_id, 'number', w.number, 'of', told."case",
            'event', told.event, 'news', told.news) AS payload
    FROM own JOIN wechat_submission w ON w.case_id = own.id CROSS JOIN told) AS wanted"""


@cache
def _deriving() -> str:
    return derived_deliveries(
        kind=KIND, target=f"'{accounts.TARGET}' || account_id", source=_WANTED
    )


def tell_reporters(case: Case, event: CaseEvent, batch: Batch) -> None:
    """A delivery for each report of the case, or of one merged into it, that came by WeChat; ids
    and codes only. No query."""
    news = NEWS_OF.get(event.move)
    if news is not None:
        facts = {"case": case.pk, "event": event.number, "news": news.value, "at": event.at}
        batch.derive(_deriving(), facts, wake)


def tell_refusal(row: InMessage, *, now: datetime) -> None:
    """What was asked for could not be done: the person hears why."""
    queue_delivery(
        kind=KIND,
        target=target_of(row.account_id),
        lane=lane_of(row.fan_id),
        payload={"message": row.pk},
        now=now,
    )


# -- when a delivery is due -----------------------------------------------------------------------
def send(parcel: Parcel) -> Outcome:
    """Hand one over. Whoever has left the account is told nothing."""
    now, payload = timezone.now(), parcel.payload
    account = accounts.account_by_id(int(parcel.target.removeprefix(accounts.TARGET)))
    if account is None:
        return Never(_("The account is not in use."))
    with translation.override(account.language):
        try:
            if "message" in payload:
                return _send_refusal(account, payload["message"], now)
            return _send_news(account, payload, now)
        except calling.ApiFault as fault:
            if fault.code in NOT_WANTED:
                return Sent(_("Not told: the person does not follow the account, or said no."))
            return Never(str(fault)) if fault.code in WRONG else Later(str(fault))


def _send_refusal(account: Account, message_id: int, now: datetime) -> Outcome:
    row = InMessage.objects.select_related("fan").filter(pk=message_id).first()
    if row is None or not row.fan.follows:
        return Sent(_("Not told: the person has left."))
    words = _("That could not be done: %s") % row.said
    return _say(account, row.fan, words, now)


def _send_news(account: Account, payload: Mapping[str, Any], now: datetime) -> Outcome:
    submission = (
        Submission.objects.filter(case_id=payload["case"], number=payload["number"])
        .select_related("case__case_class")
        .first()
    )
    fan = Fan.objects.filter(pk=submission.fan_id).first() if submission else None
    if submission is None or fan is None or not fan.follows or not fan.sealed_openid:
        return Sent(_("Not told: the person has left."))
    news, case = News(payload["news"]), submission.case
    link = ""
    if settings.PUBLIC_ORIGIN:
        secret = secret_of(submission.case_id, submission.number)
        link = f"{settings.PUBLIC_ORIGIN}/r/{case.number}/{secret}/"
    template = accounts.template_of(account.pk, news)
    if template is None:
        words = str(wording.WORDS[news]) % {"number": case.number}
        return _say(account, fan, f"{words}\n{link}".strip(), now)
    moment = timezone.localtime(now)
    facts = {
        "number": case.number,
        "status": str(wording.STATUS[news]),
        "class": case.case_class.label if case.case_class else "",
        "day": f"{moment:%Y-%m-%d}",
        "time": f"{moment:%Y-%m-%d %H:%M}",
        "name": account.name,
    }
    asked: dict[str, Any] = {
        "touser": fan.sealed_openid,
        "template_id": template.template_id,
        "data": wording.data_of(template.fields, facts),
        # The same at every try: WeChat sends a repetition once.
        "client_msg_id": f"{case.pk}-{submission.number}-{payload.get('event', 0)}-{news.value}",
    }
    if link:
        asked["url"] = link
    calling.post(account, "/cgi-bin/message/template/send", asked, now=now)
    return Sent(_("By template."))


def _say(account: Account, fan: Fan, words: str, now: datetime) -> Outcome:
    """In the talk, which WeChat allows while the person has written lately."""
    if now - fan.talked_at >= YOUNG:
        return Sent(_("Not told: there is no template for it, and the talk is over 48 hours old."))
    asked = {"touser": fan.sealed_openid, "msgtype": "text", "text": {"content": words}}
    calling.post(account, "/cgi-bin/message/custom/send", asked, now=now)
    return Sent(_("In the talk."))


NEWS = DeliveryKind(
    code=KIND,
    label=gettext_lazy("News by WeChat"),
    send=send,
    labels=accounts.names_of_targets,
)
