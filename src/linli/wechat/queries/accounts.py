"""Accounts: for the door, for jobs, for the page of the administrator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.staff import policy as staff
from linli.wechat.models import AccessToken, Account, InMessage, Template
from linli.wechat.policy import GRANT_SETTINGS
from linli.wechat.rules.kinds import MediaState, News, WorkState

if TYPE_CHECKING:
    from linli.staff.models import User

TARGET = "wechat:"  # of deliveries, before the account's number
COUNTED = timedelta(days=7)
SECRETS = ("token", "aes_key", "old_aes_key", "app_secret")


def account_by_code(code: str) -> Account:
    """The active account at this address. One query. Raises NotFound."""
    found = Account.objects.filter(code=code, active=True).first()
    if found is None:
        raise NotFound(_("There is no such account."))
    return found


def account_by_id(account_id: int) -> Account | None:
    """For jobs. One query."""
    return Account.objects.filter(pk=account_id, active=True).first()


class AccountRow(NamedTuple):
    """An account on the page; messages and what was refused are of the last seven days, `told` the
    kinds of news that have a template."""

    account: Account
    messages: int
    refused: int
    told: int


def accounts_for(user: User, *, now: datetime) -> list[AccountRow]:
    """All by name. Three queries. Raises NotYours."""
    staff.require(user, GRANT_SETTINGS)
    recent = InMessage.objects.filter(received_at__gte=now - COUNTED)
    refused = Q(state=WorkState.REFUSED) | Q(media_state=MediaState.REFUSED)
    counts = {
        row["account_id"]: (row["messages"], row["refused"])
        for row in recent.values("account_id").annotate(
            messages=Count("pk"), refused=Count("pk", filter=refused)
        )
    }
    told = Counter(Template.objects.values_list("account_id", flat=True))
    rows = Account.objects.select_related("region").defer(*SECRETS).order_by("name", "pk")
    return [AccountRow(one, *counts.get(one.pk, (0, 0)), told[one.pk]) for one in rows]


def account_for(user: User, account_id: int) -> Account:
    """One, with its templates. Two queries. Raises NotYours, NotFound."""
    staff.require(user, GRANT_SETTINGS)
    rows = Account.objects.select_related("region").prefetch_related(
        Prefetch("templates", Template.objects.order_by("news"))
    )
    found = rows.filter(pk=account_id).first()
    if found is None:
        raise NotFound(_("There is no such account."))
    return found


def templates_of(account: Account) -> list[tuple[News, Template | None]]:
    """Every kind of news and its template. No query beyond `account_for`."""
    known = {row.news: row for row in account.templates.all()}
    return [(news, known.get(news)) for news in News]


def trouble_of(account: Account) -> str:
    """What went wrong when the access token was last renewed; "" if it went well. One query."""
    row = AccessToken.objects.filter(account=account).first()
    return row.trouble if row else ""


def template_of(account_id: int, news: str) -> Template | None:
    """One query."""
    return Template.objects.filter(account_id=account_id, news=news).first()


def names_of_targets(keys: Iterable[str]) -> dict[str, str]:
    """Names of accounts by the targets of their deliveries. One query."""
    ids = {int(key.removeprefix(TARGET)): key for key in keys}
    rows: QuerySet[Account] = Account.objects.filter(pk__in=ids)
    return {ids[pk]: name for pk, name in rows.values_list("pk", "name")}
