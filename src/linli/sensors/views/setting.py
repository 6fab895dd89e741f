"""Setting up: kinds, senders, devices one by one and from a list, what was refused."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.components.rules import text_of
from linli.kernel.answering import form_page
from linli.kernel.errors import NotFound, NotYours, Refused
from linli.kernel.forms import refuse_plainly
from linli.sensors.forms import setting as forms
from linli.sensors.policy import GRANT_MANAGE
from linli.sensors.queries import devices as queries
from linli.sensors.services import importing, managing
from linli.staff.web import StaffRequest, staff_page

SETUP = "sensors:setup"
setting_page = partial(form_page, template="sensors/form.html", back=SETUP)


@require_safe
@staff_page(GRANT_MANAGE)
def setup(request: StaffRequest) -> HttpResponse:
    """Everything around devices, on one page. Seven queries."""
    return _setup_page(request, forms.ListForm())


def _setup_page(request: StaffRequest, form: Form, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "kinds": queries.kinds(),
        "senders": queries.senders(),
        "imports": queries.imports(),
        "refusals": queries.refusals(),
        "unwatched": queries.silent_rules_missing(),
        "door": request.build_absolute_uri(reverse("sensors:readings")),
    }
    return render(request, "sensors/setup.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_MANAGE)
def kind(request: StaffRequest, kind_id: int | None = None) -> HttpResponse:
    """Add or change a kind of device."""
    row = queries.kind_for(kind_id) if kind_id is not None else None
    names = ("name", "name_en", "unit_of_measure", "lowest", "highest", "interval_s", "class_code")
    known = {name: getattr(row, name) for name in names} if row else {"interval_s": 600}
    return setting_page(
        request,
        forms.KindForm(request.POST or None, initial=known),
        lambda data: managing.save_kind(actor=request.user, row=row, now=timezone.now(), **data),
        title=row.label if row else _("Add a kind of device"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_MANAGE)
def sender(request: StaffRequest, sender_id: int | None = None) -> HttpResponse:
    """Add or change who brings readings."""
    row = queries.sender_for(sender_id) if sender_id is not None else None
    known = {"active": True}
    if row is not None:
        known = {name: getattr(row, name) for name in ("code", "name", "active")}
    return setting_page(
        request,
        forms.SenderForm(request.POST or None, initial=known),
        lambda data: managing.save_sender(actor=request.user, row=row, now=timezone.now(), **data),
        title=row.name if row else _("Add a sender"),
        text=_("Its secret is issued on the page before, once it is there."),
    )


@require_POST
@staff_page(GRANT_MANAGE)
def issue_secret(request: StaffRequest, sender_id: int) -> HttpResponse:
    """A fresh secret, shown this once."""
    row = queries.sender_for(sender_id)
    secret = managing.issue_secret(actor=request.user, row=row, now=timezone.now())
    context = {"sender": row, "key": f"{row.code}:{secret}", "back": reverse(SETUP)}
    return render(request, "sensors/secret.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_MANAGE)
def edit_device(request: StaffRequest, device_id: int | None = None) -> HttpResponse:
    """Add or change a device."""
    row = queries.device_for(device_id) if device_id is not None else None
    known: dict[str, Any] = {"active": True}
    if row is not None:
        names = ("code", "name", "kind", "address", "unit", "sender", "interval_s", "active")
        known = {name: getattr(row, name) for name in names}
        known["component"] = text_of(row.component_code) if row.component_code else ""
        if row.place is not None:
            known |= {"lon": round(row.place.x, 6), "lat": round(row.place.y, 6)}
    back = reverse("sensors:device", args=[row.pk]) if row else reverse("sensors:devices")
    return setting_page(
        request,
        forms.DeviceForm(request.POST or None, initial=known),
        lambda data: managing.save_device(actor=request.user, row=row, now=timezone.now(), **data),
        title=row.name if row else _("Add a device"),
        back=back,
        template="sensors/edit_device.html",
    )


@require_POST
@staff_page(GRANT_MANAGE)
def import_devices(request: StaffRequest) -> HttpResponse:
    """Read a list in; what was not taken is offered as a file."""
    form = forms.ListForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data["file"]
        try:
            made = importing.import_devices(
                actor=request.user, content=given.read(), file_name=given.name, now=timezone.now()
            )
        except (NotFound, NotYours):
            raise
        except Refused as refusal:
            refuse_plainly(form, refusal)
        else:
            tell = messages.warning if made.refused else messages.success
            tell(
                request,
                _("%(added)d added, %(changed)d changed, %(refused)d not taken.")
                % {"added": made.added, "changed": made.changed, "refused": made.refused},
            )
            return redirect(SETUP)
    return _setup_page(request, form, status=422)


@require_safe
@staff_page(GRANT_MANAGE)
def faults(request: StaffRequest, import_id: int) -> HttpResponse:
    """The lines that were not taken, each with what is wrong."""
    made = queries.import_for(import_id)
    answer = HttpResponse("\ufeff" + made.faults, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="faults-{made.pk}.csv"'
    return answer
