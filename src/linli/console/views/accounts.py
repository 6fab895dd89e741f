"""Accounts: opened and closed by the system administrator, unlocked by the security one."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.console.forms.lists import AccountFilter
from linli.console.forms.people import AccountForm, NewAccountForm
from linli.console.queries.history import log_history
from linli.console.queries.paging import page_of
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Row, Table, link, row
from linli.console.views.answering import (
    Action,
    asked,
    form_page,
    list_page,
    older,
    post_answer,
    try_form,
)
from linli.staff import queries, services
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(areas.SEES_ACCOUNTS)
def accounts(request: StaffRequest) -> HttpResponse:
    """All accounts by name."""
    form = AccountFilter(request.GET)
    wanted = asked(form)
    rows = queries.accounts_for(request.user, words=wanted["q"] or "")
    if wanted["state"]:
        rows = rows.filter(is_active=wanted["state"] == "open")
    page = page_of(rows, keys=("name", "id"), cursor=request.GET.get("cursor"))
    table = Table(
        heads=(pgettext("person", "Name"), _("User name"), _("Last sign-in"), _("State")),
        rows=[
            row(
                link(one.name, reverse("console:account", args=[one.pk])),
                one.username,
                Cell(when=one.last_login) if one.last_login else Cell(text=_("never"), quiet=True),
                _state(one),
                ended=not one.is_active,
            )
            for one in page.rows
        ],
        older=older(request, page.next),
        empty=_("No account fits."),
        icon="users",
    )
    actions = []
    if request.user.has_grant(areas.ACCOUNTS):
        add = Action(_("Open an account"), reverse("console:open_account"), "user-plus", main=True)
        actions.append(add)
    return list_page(
        request, table, title=pgettext("console", "Accounts"), form=form, actions=actions
    )


def _state(one: Any) -> str:
    if not one.is_active:
        return _("Account closed")
    return _("First password") if one.must_change_password else _("In use")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.ACCOUNTS)
def open_account(request: StaffRequest) -> HttpResponse:
    """A new account; its first password is shown once."""

    def act(data: dict[str, Any]) -> HttpResponse:
        made = services.open_account(actor=request.user, now=timezone.now(), **data)
        return _secret(request, made)

    form = NewAccountForm(request.POST or None, initial={"language": "zh-hans"})
    return form_page(
        request,
        form,
        act,
        title=_("Open an account"),
        back=reverse("console:accounts"),
        button=_("Open the account"),
        text=_("The account can do nothing until the security administrator gives it a post."),
    )


def _secret(request: StaffRequest, made: Any) -> HttpResponse:
    """A first password, on this one page and never again."""
    context = {
        "title": _("First password of %s") % made.user.name,
        "label": _("User name: %s") % made.user.username,
        "secret": made.password,
        "text": _("Hand it over in person. It must be changed at the first sign-in."),
        "back": reverse("console:account", args=[made.user.pk]),
    }
    answer = render(request, "console/secret.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.SEES_ACCOUNTS)
def account(request: StaffRequest, account_id: int) -> HttpResponse:
    """One account: its name, posts, sessions and past."""
    found, user, now = queries.account_for(request.user, account_id), request.user, timezone.now()

    def act(data: dict[str, Any]) -> str:
        services.edit_account(actor=user, user=found, now=now, **data)
        return reverse("console:account", args=[account_id])

    initial = {name: getattr(found, name) for name in ("name", "email", "phone", "language")}
    edits = user.has_grant(areas.ACCOUNTS)
    form = AccountForm(request.POST or None, initial=initial) if edits else None
    if form is not None:
        answer = try_form(request, form, act)
        if answer is not None:
            return answer
    context = {
        "account": found,
        "state": _state(found),
        "form": form,
        "edits": edits,
        "oneself": user.pk == found.pk,
        "gives_posts": user.has_grant(areas.POSTS) and user.pk != found.pk,
        "ends_sessions": user.has_grant(areas.SESSIONS),
        "second_factor": queries.has_second_factor(found),
        "locked_until": queries.locked_until(found.username, now=now),
        "posts": _posts(found, now, user.has_grant(areas.POSTS)),
        "history": log_history("user", account_id),
    }
    if context["ends_sessions"]:
        context["sessions"] = queries.sessions_of(user, found)
    status = 422 if form is not None and form.errors else 200
    return render(request, "console/account.html", context, status=status)


def _posts(account: Any, now: Any, edits: bool) -> Table:
    def line(post: Any) -> Row:
        title: Any = post.label
        if edits:
            title = link(post.label, reverse("console:post", args=[post.pk]))
        held = post.valid_to is None or post.valid_to > now
        return row(
            title,
            post.unit.label,
            post.get_kind_display(),
            post.region.name if post.region else post.get_reach_display(),
            Cell(when=post.valid_from),
            Cell(when=post.valid_to) if post.valid_to else "",
            ended=not held,
        )

    return Table(
        heads=(
            _("Post title"),
            pgettext("console", "Unit"),
            _("Duty"),
            _("Reach"),
            _("From"),
            _("Until"),
        ),
        rows=[line(post) for post in queries.posts_of(account)],
        empty=_("No post yet: the account can do nothing."),
        icon="id",
        label=_("Posts"),
    )


@require_POST
@staff_page((areas.ACCOUNTS, areas.SESSIONS))
def change_account(request: StaffRequest, account_id: int, verb: str) -> HttpResponse:
    """Close, reopen, reset (system administrator); unlock, end sessions (security)."""
    found = queries.account_for(request.user, account_id)
    asked_of: dict[str, Any] = {"actor": request.user, "user": found, "now": timezone.now()}
    here = reverse("console:account", args=[account_id])
    if verb == "reopen":
        return _secret(request, services.reopen_account(**asked_of))
    if verb == "reset":
        if request.user.pk == found.pk:
            return redirect("account_change_password")
        return _secret(request, services.reset_password(**asked_of))
    verbs = {
        "close": (services.close_account, _("The account is closed; its sessions have ended.")),
        "unlock": (services.unlock_account, _("The account is unlocked.")),
        "end_sessions": (services.end_sessions_of, _("All sessions have ended.")),
    }
    act, done = verbs[verb]
    return post_answer(request, lambda: act(**asked_of), done=done, to=here)


@require_POST
@staff_page(areas.SESSIONS)
def end_session(request: StaffRequest, account_id: int, session_id: int) -> HttpResponse:
    """End one session of somebody."""
    queries.account_for(request.user, account_id)
    return post_answer(
        request,
        lambda: services.end_session(actor=request.user, session_id=session_id, now=timezone.now()),
        done=_("The session has ended."),
        to=reverse("console:account", args=[account_id]),
    )
