"""Webhooks: other systems that are told of events (security administrator)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.console.forms.outward import NewWebhookForm, WebhookForm, moves_text
from linli.console.forms.parts import region_text
from linli.console.queries import outward
from linli.console.queries.history import log_history
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import Action, form_page, list_page, post_answer
from linli.console.views.deliveries import delivery_table
from linli.staff import queries as staff
from linli.staff.web import StaffRequest, staff_page
from linli.webhooks import queries, services
from linli.webhooks.rules import State, target_of
from linli.webhooks.services.keeping import Made


@require_safe
@staff_page(areas.WEBHOOKS)
def webhooks(request: StaffRequest) -> HttpResponse:
    """All that have not ended, by name."""
    table = Table(
        heads=(
            pgettext("console", "Name"),
            _("Acts as"),
            _("Events told"),
            _("Classes"),
            _("State"),
        ),
        rows=[
            row(
                link(one.name, reverse("console:webhook", args=[one.pk]), under=one.url),
                Cell(text=one.post.user.name, under=one.post.label),
                moves_text(one.moves) or pgettext("webhook", "all"),
                " ".join(one.class_codes) or pgettext("webhook", "all"),
                Cell(text=one.get_state_display(), tag=True),
                ended=one.state != State.ON,
            )
            for one in queries.subscriptions_for(request.user)
        ],
        empty=_("Nobody is told of events yet."),
        icon="link",
    )
    return list_page(
        request,
        table,
        title=_("Webhooks"),
        text=_("Another system is told of each event of the cases that a post sees."),
        actions=[Action(_("Add a webhook"), reverse("console:add_webhook"), "plus", True)],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.WEBHOOKS)
def add_webhook(request: StaffRequest) -> HttpResponse:
    """A new one; its secret is shown once."""

    def act(data: dict[str, Any]) -> HttpResponse:
        post = staff.post_for(data.pop("post"))
        made = services.subscribe(actor=request.user, post=post, now=timezone.now(), **data)
        return _secret_page(request, made)

    posts = outward.posts_for_webhooks(now=timezone.now())
    return form_page(
        request,
        NewWebhookForm(request.POST or None, posts=posts),
        act,
        title=_("Add a webhook"),
        back=reverse("console:webhooks"),
        button=_("Add it and show the secret"),
    )


def _secret_page(request: StaffRequest, made: Made) -> HttpResponse:
    context = {
        "title": _("Secret of %s") % made.subscription.name,
        "secret": made.secret,
        "text": _("Give it to the receiver on a safe way. It cannot be shown again."),
        "back": reverse("console:webhook", args=[made.subscription.pk]),
    }
    answer = render(request, "console/secret.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.WEBHOOKS)
def webhook(request: StaffRequest, webhook_id: int) -> HttpResponse:
    """One: what it wants, how it is doing, its last deliveries, its past."""
    one = queries.subscription_for(request.user, webhook_id)

    def act(data: dict[str, Any]) -> str:
        services.change_subscription(
            actor=request.user, subscription_id=one.pk, now=timezone.now(), **data
        )
        return reverse("console:webhook", args=[one.pk])

    initial = {
        "name": one.name,
        "url": one.url,
        "moves": one.moves,
        "class_codes": " ".join(one.class_codes),
        "region": region_text(one.region),
    }
    target = target_of(one.pk)
    last = outward.page_for(request.user, state="", kind="", target=target, cursor=None)
    return form_page(
        request,
        WebhookForm(request.POST or None, initial=initial),
        act,
        title=one.name,
        back=reverse("console:webhooks"),
        template="console/webhook.html",
        one=one,
        on=one.state == State.ON,
        deliveries=delivery_table(last.rows[:8], empty=_("Nothing was sent yet.")),
        all_url=reverse("console:deliveries") + f"?target={target}",
        history=log_history("webhook", one.pk),
    )


@require_POST
@staff_page(areas.WEBHOOKS)
def ping_webhook(request: StaffRequest, webhook_id: int) -> HttpResponse:
    """A test event; its page says what came of it."""
    to: list[str] = []

    def act() -> None:
        made = services.ping(actor=request.user, subscription_id=webhook_id, now=timezone.now())
        to.append(reverse("console:delivery", args=[made.pk]))

    back = reverse("console:webhook", args=[webhook_id])
    answer = post_answer(request, act, done=_("The test event is on its way."), to=back)
    return redirect(to[0]) if to else answer


@require_POST
@staff_page(areas.WEBHOOKS)
def rotate_webhook(request: StaffRequest, webhook_id: int) -> HttpResponse:
    """A new secret, shown once; the old one signs too for a day."""
    made = services.rotate_secret(
        actor=request.user, subscription_id=webhook_id, now=timezone.now()
    )
    return _secret_page(request, made)


@require_POST
@staff_page(areas.WEBHOOKS)
def switch_webhook(request: StaffRequest, webhook_id: int) -> HttpResponse:
    """On or off."""
    on = request.POST.get("on") == "1"
    return post_answer(
        request,
        lambda: services.switch(
            actor=request.user, subscription_id=webhook_id, on=on, now=timezone.now()
        ),
        done=_("It is switched on.") if on else _("It is switched off."),
        to=reverse("console:webhook", args=[webhook_id]),
    )


@require_POST
@staff_page(areas.WEBHOOKS)
def end_webhook(request: StaffRequest, webhook_id: int) -> HttpResponse:
    """End it for good."""
    return post_answer(
        request,
        lambda: services.end_subscription(
            actor=request.user, subscription_id=webhook_id, now=timezone.now()
        ),
        done=_("The webhook has ended."),
        to=reverse("console:webhooks"),
    )
