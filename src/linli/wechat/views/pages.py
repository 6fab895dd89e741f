"""Setting accounts up."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.kernel.answering import form_page
from linli.kernel.errors import NotFound
from linli.staff.web import StaffRequest, staff_page
from linli.wechat import forms
from linli.wechat.policy import GRANT_SETTINGS
from linli.wechat.queries import accounts
from linli.wechat.rules.kinds import News
from linli.wechat.services import setting
from linli.wechat.services.calling import ApiFault

_SHOWN = ("name", "code", "language", "app_id", "mode", "original_id", "api_base", "active")
_form_page = partial(form_page, template="wechat/account.html")


@require_safe
@staff_page(GRANT_SETTINGS)
def overview(request: StaffRequest) -> HttpResponse:
    """All accounts. Three queries."""
    rows = accounts.accounts_for(request.user, now=timezone.now())
    return render(request, "wechat/overview.html", {"rows": rows, "most": len(News)})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_SETTINGS)
def account(request: StaffRequest, account_id: int | None = None) -> HttpResponse:
    """Add or change one; its secrets are taken in and never shown."""
    row = accounts.account_for(request.user, account_id) if account_id is not None else None
    known: dict[str, Any] = {"active": True}
    context: dict[str, Any] = {"back": reverse("wechat:overview")}
    if row is not None:
        known = {name: getattr(row, name) for name in _SHOWN}
        known["region"] = f"{row.region.code} {row.region.name}"
        context |= {
            "account": row,
            "address": _address(request, row.code),
            "templates": accounts.templates_of(row),
            "trouble": accounts.trouble_of(row),
        }
    return _form_page(
        request,
        forms.AccountForm(request.POST or None, initial=known, new=row is None),
        lambda data: setting.save_account(actor=request.user, row=row, now=timezone.now(), **data),
        title=row.name if row else _("Add an account"),
        **context,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_SETTINGS)
def template(request: StaffRequest, account_id: int, news: str) -> HttpResponse:
    """Which template tells one kind of news."""
    row = accounts.account_for(request.user, account_id)
    if news not in News.values:
        raise NotFound(_("There is no such kind of news."))
    kind = News(news)
    kept = dict(accounts.templates_of(row))[kind]
    known = {
        "template_id": kept.template_id,
        "fields_text": "\n".join(f"{key} = {text}" for key, text in kept.fields),
    } if kept else {}  # fmt: skip

    def act(data: dict[str, Any]) -> None:
        setting.save_template(
            actor=request.user, account=row, news=kind, template_id=data["template_id"],
            fields=data["fields_text"], now=timezone.now(),
        )  # fmt: skip

    return _form_page(
        request,
        forms.TemplateForm(request.POST or None, initial=known),
        act,
        title=row.name + pgettext("after a label", ": ") + kind.label,
        back=reverse("wechat:account", args=[row.pk]),
        aliases={"fields": "fields_text"},
    )


@require_POST
@staff_page(GRANT_SETTINGS)
def try_account(request: StaffRequest, account_id: int) -> HttpResponse:
    """Ask WeChat for an access token now."""
    row = accounts.account_for(request.user, account_id)
    try:
        setting.try_account(actor=request.user, account=row, now=timezone.now())
    except (OSError, ApiFault) as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("WeChat answers, AppID and AppSecret are right."))
    return redirect("wechat:account", account_id)


def _address(request: HttpRequest, code: str) -> str:
    return request.build_absolute_uri(reverse("wechat:receive", args=[code]))
