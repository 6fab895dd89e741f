"""Tokens of other systems (security administrator)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.console.forms.parts import midnight
from linli.console.forms.people import TokenForm
from linli.console.queries import people
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, row
from linli.console.views.answering import form_page, list_page, older, post_answer
from linli.kernel.web import page_after
from linli.staff import queries, services
from linli.staff.rules import label_of
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(areas.TOKENS)
def tokens(request: StaffRequest) -> HttpResponse:
    """All tokens, newest first; a secret is never shown again."""
    now = timezone.now()
    page = page_after(
        queries.tokens_for(request.user), keys=("id",), cursor=request.GET.get("cursor"), size=50
    )
    table = Table(
        heads=(
            pgettext("console", "Name"),
            _("Post"),
            _("Permissions"),
            _("Issued"),
            _("Last used"),
            _("Until"),
            "",
        ),
        rows=[
            row(
                Cell(text=token.name, under=f"linli_{token.prefix}_…"),
                Cell(text=token.post.user.name, under=token.post.unit.label),
                "、".join(label_of(code) for code in token.grants),
                Cell(when=token.created_at),
                token.last_used_on.isoformat() if token.last_used_on else "",
                Cell(when=token.expires_at) if token.expires_at else "",
                Cell(text=_("Revoke"), post=reverse("console:revoke_token", args=[token.pk]))
                if token.is_live(now)
                else Cell(text=_("Revoked") if token.revoked_at else _("Ended"), quiet=True),
                ended=not token.is_live(now),
            )
            for token in page.rows
        ],
        older=older(request, page.next),
        empty=_("There are no tokens. One is issued on the page of a post."),
        icon="key",
    )
    return list_page(
        request,
        table,
        title=_("API tokens"),
        text=_("A token lets another system act as a post. It is issued on the page of the post."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TOKENS)
def issue_token(request: StaffRequest, post_id: int) -> HttpResponse:
    """A token for a post; its secret is shown once."""
    post = queries.post_for(post_id)
    back = reverse("console:post", args=[post_id])

    def act(data: dict[str, Any]) -> HttpResponse:
        issued = services.issue_token(
            actor=request.user,
            post=post,
            name=data["name"],
            grants=data["grants"],
            expires_at=midnight(data["expires_on"]),
            now=timezone.now(),
        )
        context = {
            "title": _("Token for %s") % issued.token.name,
            "secret": issued.secret,
            "text": _("Copy it now. It is not kept, and cannot be shown again."),
            "back": reverse("console:tokens"),
        }
        answer = render(request, "console/secret.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    form = TokenForm(request.POST or None, post=post)
    return form_page(
        request,
        form,
        act,
        title=_("Issue a token for %(person)s: %(title)s")
        % {"person": post.user.name, "title": post.label},
        back=back,
        button=_("Issue the token"),
    )


@require_POST
@staff_page(areas.TOKENS)
def revoke_token(request: StaffRequest, token_id: int) -> HttpResponse:
    """The token opens nothing any more."""
    token = people.token_for(token_id)
    return post_answer(
        request,
        lambda: services.revoke_token(actor=request.user, token=token, now=timezone.now()),
        done=_("The token is revoked."),
        to=reverse("console:tokens"),
    )
