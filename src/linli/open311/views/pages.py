"""Setting Open311 up, and looking after what was sent on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.kernel.answering import form_page
from linli.kernel.errors import NotFound, NotYours, Refused
from linli.open311.forms import setting as forms
from linli.open311.policy import GRANT_EXCHANGE, GRANT_SETTINGS
from linli.open311.queries import exchange
from linli.open311.queries.jurisdictions import served, server_settings
from linli.open311.rules.client import Unreadable
from linli.open311.services import following, setting, steering
from linli.staff.web import StaffRequest, staff_page

OVERVIEW = "open311:overview"
_form_page = partial(form_page, template="open311/form.html", back=OVERVIEW)


@require_safe
@staff_page(GRANT_SETTINGS)
def overview(request: StaffRequest) -> HttpResponse:
    """Everything that is set up, on one page. Six queries."""
    context = {
        "address": request.build_absolute_uri(reverse("open311:endpoint")),
        "discovery": reverse("open311:discovery", args=["xml"]),
        "settings": server_settings(),
        "jurisdictions": exchange.jurisdictions(),
        "served": served(),
        "attributes": exchange.attributes(),
        "destinations": exchange.destinations(),
    }
    return render(request, "open311/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_SETTINGS)
def settings(request: StaffRequest) -> HttpResponse:
    """What discovery says."""
    row = server_settings()
    known = (
        {"contact": row.contact, "key_service": row.key_service, "is_test": row.is_test}
        if row
        else {}
    )
    return _form_page(
        request,
        forms.SettingsForm(request.POST or None, initial=known),
        lambda data: setting.change_settings(actor=request.user, now=timezone.now(), **data),
        title=_("What discovery says"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_SETTINGS)
def jurisdiction(request: StaffRequest, jurisdiction_id: int | None = None) -> HttpResponse:
    """Add or change a jurisdiction."""
    row = exchange.jurisdiction_for(jurisdiction_id) if jurisdiction_id is not None else None
    known: dict[str, Any] = {"active": True}
    if row is not None:
        known = {
            "code": row.code,
            "region": f"{row.region.code} {row.region.name}",
            "class_codes": " ".join(row.class_codes),
            "answering": row.answering,
            "active": row.active,
        }
    return _form_page(
        request,
        forms.JurisdictionForm(request.POST or None, initial=known),
        lambda data: setting.save_jurisdiction(
            actor=request.user, row=row, now=timezone.now(), **data
        ),
        title=_("Jurisdiction %s") % row.code if row else _("Add a jurisdiction"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_SETTINGS)
def attribute(request: StaffRequest, attribute_id: int | None = None) -> HttpResponse:
    """Add or change a question."""
    row = exchange.attribute_for(attribute_id) if attribute_id is not None else None
    known: dict[str, Any] = {"variable": True, "order": 1}
    if row is not None:
        names = (
            "class_code", "code", "description", "description_en", "datatype",
            "datatype_description", "order", "required", "variable",
        )  # fmt: skip
        known = {name: getattr(row, name) for name in names}
        known["values"] = forms.paired(
            (key, f"{name} | {english}" if english else name) for key, name, english in row.values
        )
    return _form_page(
        request,
        forms.AttributeForm(request.POST or None, initial=known),
        lambda data: setting.save_attribute(
            actor=request.user, row=row, now=timezone.now(), **data
        ),
        title=_("Question %s") % row if row else _("Add a question"),
        remove_url=reverse("open311:remove_attribute", args=[row.pk]) if row else "",
    )


@require_POST
@staff_page(GRANT_SETTINGS)
def remove_attribute(request: StaffRequest, attribute_id: int) -> HttpResponse:
    """Ask it no more."""
    row = exchange.attribute_for(attribute_id)
    setting.remove_attribute(actor=request.user, row=row, now=timezone.now())
    messages.success(request, _("The question is asked no more."))
    return redirect(OVERVIEW)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_SETTINGS)
def destination(request: StaffRequest, destination_id: int | None = None) -> HttpResponse:
    """Add or change a destination."""
    row = exchange.destination_for(destination_id) if destination_id is not None else None
    known: dict[str, Any] = {"active": True}
    if row is not None:
        names = (
            "name", "endpoint", "jurisdiction_id", "unit", "post", "acts", "sends_words",
            "sends_photos", "active",
        )  # fmt: skip
        known = {name: getattr(row, name) for name in names}
        known |= {
            "class_codes": " ".join(row.class_codes),
            "region": f"{row.region.code} {row.region.name}" if row.region else "",
            "services": forms.paired(row.services.items()),
            "token": exchange.token_text(row.key_id),
        }

    def act(data: dict[str, Any]) -> object:
        data["key_id"] = data.pop("token")
        return setting.save_destination(actor=request.user, row=row, now=timezone.now(), **data)

    return _form_page(
        request,
        forms.DestinationForm(request.POST or None, initial=known),
        act,
        title=row.name if row else _("Add a destination"),
        try_url=reverse("open311:try_destination", args=[row.pk]) if row else "",
    )


@require_POST
@staff_page(GRANT_SETTINGS)
def try_destination(request: StaffRequest, destination_id: int) -> HttpResponse:
    """Ask it now: whether it answers, and for news of everything that is open there."""
    row = exchange.destination_for(destination_id)
    try:
        offered = following.services_there(row)
        following.ask_one(row, now=timezone.now())
    except (OSError, Unreadable) as fault:
        messages.error(request, _("%(name)s: %(fault)s") % {"name": row.name, "fault": fault})
    else:
        messages.success(
            request,
            _("%(name)s answers, and offers %(count)d services.")
            % {"name": row.name, "count": offered},
        )
    return redirect("open311:destination", destination_id)


@require_safe
@staff_page(GRANT_EXCHANGE)
def forwards(request: StaffRequest) -> HttpResponse:
    """What was sent on, waits, failed, of the cases the person may see. Three queries."""
    form = forms.ForwardFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    page = exchange.forward_page(request.user, **asked, cursor=request.GET.get("cursor"))
    return render(request, "open311/forwards.html", {"form": form, "page": page})


@require_POST
@staff_page(GRANT_EXCHANGE)
def retry(request: StaffRequest, forward_id: int) -> HttpResponse:
    """Send it again."""
    return _done(
        request,
        lambda: steering.retry_forward(
            actor=request.user, forward_id=forward_id, now=timezone.now()
        ),
        _("It is sent again."),
    )


@require_POST
@staff_page(GRANT_EXCHANGE)
def drop(request: StaffRequest, forward_id: int) -> HttpResponse:
    """Send it no more."""
    return _done(
        request,
        lambda: steering.drop_forward(
            actor=request.user,
            forward_id=forward_id,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        ),
        _("It is not sent any more."),
    )


def _done(request: StaffRequest, act: Callable[[], object], words: str) -> HttpResponse:
    try:
        act()
    except (NotFound, NotYours):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words)
    return redirect("open311:forwards")
