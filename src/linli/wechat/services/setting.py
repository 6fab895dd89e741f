"""What an administrator sets: accounts with their secrets, and which template tells what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel import outbound
from linli.kernel.errors import BadInput
from linli.staff import policy as staff
from linli.wechat.models import AccessToken, Account, Template
from linli.wechat.policy import GRANT_SETTINGS
from linli.wechat.rules.kinds import Mode, News
from linli.wechat.rules.signing import read_key
from linli.wechat.rules.wording import check_fields
from linli.wechat.services import calling

if TYPE_CHECKING:
    from linli.staff.models import User
    from linli.territory.models import Region

OVERLAP = timedelta(hours=1)  # how long a key that was replaced still opens messages


@transaction.atomic
def save_account(
    *,
    actor: User,
    row: Account | None,
    now: datetime,
    code: str,
    region: Region,
    mode: str,
    app_id: str,
    api_base: str,
    token: str = "",
    aes_key: str = "",
    app_secret: str = "",
    **given: str | bool,
) -> Account:
    """Add or change one. Empty secrets keep those there are. Raises NotYours, and BadInput naming
    the field for a code that is taken, a secret that is missing, or a key that is none."""
    staff.require(actor, GRANT_SETTINGS)
    row = row or Account()
    before = (row.app_id, row.app_secret, row.api_base)
    row.code, row.region, row.mode, row.app_id = code, region, mode, app_id
    row.api_base = outbound.check_url(api_base.rstrip("/"), field="api_base")
    for name, value in given.items():
        setattr(row, name, value)
    if aes_key:
        read_key(aes_key)
        if row.aes_key and row.aes_key != aes_key:
            row.old_aes_key, row.old_until = row.aes_key, now + OVERLAP
    secrets = {"token": token, "aes_key": aes_key, "app_secret": app_secret}
    changed = [name for name, value in secrets.items() if value]
    for name in changed:
        setattr(row, name, secrets[name])
    _require_secrets(row)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise BadInput(_("code: another account has it already."), field="code") from error
    if before != (row.app_id, row.app_secret, row.api_base):
        AccessToken.objects.filter(account=row).delete()
    _record(actor, row, now, {"secrets": changed})
    return row


def _require_secrets(row: Account) -> None:
    needed = [("token", row.token), ("app_secret", row.app_secret)]
    if row.mode == Mode.SAFE:
        needed.append(("aes_key", row.aes_key))
    for field, value in needed:
        if not value:
            raise BadInput(
                _("%(field)s is missing. Copy it from WeChat: Settings → Basic configuration.")
                % {"field": field},
                field=field,
            )


@transaction.atomic
def save_template(
    *,
    actor: User,
    account: Account,
    news: News,
    template_id: str,
    fields: list[tuple[str, str]],
    now: datetime,
) -> None:
    """Tell `news` by this template; none where the id is empty. Raises NotYours, BadInput."""
    staff.require(actor, GRANT_SETTINGS)
    if template_id:
        kept = check_fields(fields)
        if not kept:
            raise BadInput(
                _("fields: a template has at least one field. Write thing1 = {status}."),
                field="fields",
            )
        Template.objects.update_or_create(
            account=account,
            news=news,
            defaults={"template_id": template_id, "fields": kept},
        )
    else:
        Template.objects.filter(account=account, news=news).delete()
    _record(actor, account, now, {"template": news.value})


def note_reached(account: Account, *, now: datetime) -> None:
    """WeChat has checked the address."""
    Account.objects.filter(pk=account.pk).update(reached_at=now)


def try_account(*, actor: User, account: Account, now: datetime) -> None:
    """Ask WeChat for an access token at once. Raises NotYours, OSError, ApiFault."""
    staff.require(actor, GRANT_SETTINGS)
    AccessToken.objects.filter(account=account).update(until=None)
    calling.access_token(account, now=now)


def _record(actor: User, row: Account, now: datetime, detail: dict[str, object]) -> None:
    record(
        actor=actor, action="wechat.changed", object_type="wechat_account", object_id=row.pk,
        now=now, detail=detail,
    )  # fmt: skip
