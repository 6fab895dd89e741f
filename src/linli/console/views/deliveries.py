"""What goes out: what waits, what was given up, and what to do about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from linli.console.forms.outward import DeliveryFilter, DropForm
from linli.console.queries import outward as queries
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.services import outward as services
from linli.console.views.answering import asked, list_page, older, post_answer
from linli.deliveries.queries import TargetRow, labels_of, target_of
from linli.deliveries.rules import State
from linli.staff.web import StaffRequest, staff_page

if TYPE_CHECKING:
    from linli.deliveries.models import Delivery

GRANTS = (areas.DELIVERIES, areas.WEBHOOKS)


@require_safe
@staff_page(GRANTS)
def deliveries(request: StaffRequest) -> HttpResponse:
    """Receivers that need attention, then deliveries, newest first."""
    form = DeliveryFilter(request.GET)
    wanted = {name: value or "" for name, value in asked(form).items()}
    page = queries.page_for(request.user, cursor=request.GET.get("cursor"), **wanted)
    labels = labels_of({one.target for one in page.rows})
    table = Table(
        heads=(
            _("Delivery"),
            _("Receiver"),
            _("State"),
            _("Last answer"),
            _("Tries"),
            _("Made at"),
        ),
        numbers=(4,),
        rows=[_line(one, labels) for one in page.rows],
        older=older(request, page.next),
        empty=_("Nothing goes out, or nothing fits."),
        icon="send",
    )
    return list_page(
        request,
        table,
        title=_("Deliveries"),
        form=form,
        template="console/deliveries.html",
        targets=_targets(queries.targets_for(request.user)),
        dead=wanted["state"] == State.DEAD and page.rows,
        wanted=wanted,
    )


def delivery_table(rows: list[Delivery], *, empty: str) -> Table:
    """The last deliveries to one receiver."""
    return Table(
        heads=(_("Delivery"), _("State"), _("Last answer"), _("Made at")),
        rows=[
            row(
                link(_what(one), reverse("console:delivery", args=[one.pk])),
                Cell(text=one.get_state_display(), tag=True),
                one.outcome,
                Cell(when=one.created_at),
            )
            for one in rows
        ],
        empty=empty,
        icon="send",
    )


def _what(one: Delivery) -> str:
    return f"{one.label} {one.pk}"


def _line(one: Delivery, labels: dict[str, str]) -> Any:
    return row(
        link(_what(one), reverse("console:delivery", args=[one.pk]), under=one.lane),
        labels.get(one.target, one.target),
        Cell(text=one.get_state_display(), tag=True),
        one.outcome,
        one.attempts,
        Cell(when=one.created_at),
        ended=one.state == State.DROPPED,
    )


def _targets(rows: list[TargetRow]) -> Table:
    return Table(
        heads=(_("Receiver"), _("Waits"), _("Given up"), _("How it is"), ""),
        numbers=(1, 2),
        rows=[
            row(
                link(one.label, f"?target={one.key}"),
                one.waiting,
                one.dead,
                _how(one),
                Cell(text=_("Try now"), post=reverse("console:try_target", args=[one.key]))
                if one.waiting
                else "",
            )
            for one in rows
        ],
    )


def _how(one: TargetRow) -> Cell:
    if one.failing_since is not None:
        since = timezone.localtime(one.failing_since).strftime("%m-%d %H:%M")
        return Cell(text=_("Nothing has arrived since %s") % since, tag=True)
    return (
        Cell(text=_("It answers"), quiet=True)
        if one.last_ok_at
        else Cell(text=_("Not tried yet"), quiet=True)
    )


@require_safe
@staff_page(GRANTS)
def delivery(request: StaffRequest, delivery_id: int) -> HttpResponse:
    """One delivery: what it holds, every try, and what may be done. Looks again while it waits."""
    return _delivery_page(request, queries.delivery_for(request.user, delivery_id), DropForm(), 200)


def _delivery_page(
    request: StaffRequest, one: Delivery, form: DropForm, status: int
) -> HttpResponse:
    tries = Table(
        heads=(_("Tried at"), _("Answer")),
        rows=[
            row(Cell(when=datetime.fromisoformat(at)), words) for at, words in reversed(one.tries)
        ],
        empty=_("Not tried yet."),
        icon="send",
    )
    context = {
        "one": one,
        "form": form,
        "title": _what(one),
        "tries": tries,
        "label": labels_of([one.target]).get(one.target, one.target),
        "target": target_of(one.target),
        "contents": "" if one.sealed_payload else _pretty(one),
        "waits": one.state == State.WAITING,
        "may_drop": one.state in (State.WAITING, State.DEAD),
        "again": one.state != State.DONE or queries.may_repeat(one),
    }
    return render(request, "console/delivery.html", context, status=status)


def _pretty(one: Delivery) -> str:
    return "\n".join(f"{name}: {value}" for name, value in one.payload.items())


@require_POST
@staff_page(GRANTS)
def replay_delivery(request: StaffRequest, delivery_id: int) -> HttpResponse:
    """Send it again, or at once."""
    return post_answer(
        request,
        lambda: services.replay(actor=request.user, ids=[delivery_id], now=timezone.now()),
        done=_("It is sent now."),
        to=reverse("console:delivery", args=[delivery_id]),
    )


@require_POST
@staff_page(GRANTS)
def drop_delivery(request: StaffRequest, delivery_id: int) -> HttpResponse:
    """Do not send it any more, for a reason."""
    one, form = queries.delivery_for(request.user, delivery_id), DropForm(request.POST)
    if not form.is_valid():
        return _delivery_page(request, one, form, 422)
    reason = form.cleaned_data["reason"]
    return post_answer(
        request,
        lambda: services.drop(actor=request.user, ids=[one.pk], reason=reason, now=timezone.now()),
        done=_("It is dropped."),
        to=reverse("console:delivery", args=[one.pk]),
    )


@require_POST
@staff_page(GRANTS)
def replay_all(request: StaffRequest) -> HttpResponse:
    """Send again everything of the list that was given up."""
    kind, target = (request.POST.get(name, "")[:120] for name in ("kind", "target"))

    def act() -> str:
        ids = queries.ids_for(request.user, state=State.DEAD, kind=kind, target=target)
        count = services.replay(actor=request.user, ids=ids, now=timezone.now())
        words = ngettext(
            "%(count)d delivery is sent again.", "%(count)d deliveries are sent again.", count
        )
        return words % {"count": count}

    return post_answer(request, act, to=reverse("console:deliveries"))


@require_POST
@staff_page(GRANTS)
def try_target(request: StaffRequest, target: str) -> HttpResponse:
    """Everything that waits for a receiver is due now."""
    return post_answer(
        request,
        lambda: services.try_now(actor=request.user, target=target, now=timezone.now()),
        done=_("What waits is tried now."),
        to=reverse("console:deliveries") + f"?target={target}",
    )
