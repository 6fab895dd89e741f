"""Setting hotline platforms up: who they are, how they are read, how they are told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.kernel.errors import NotFound, NotYours, Refused
from linli.kernel.forms import refuse_plainly
from linli.staff.web import StaffRequest, staff_page
from linli.workorders import forms
from linli.workorders.policy import GRANT_SETTINGS
from linli.workorders.queries import platforms as queries
from linli.workorders.queries import samples
from linli.workorders.rules.kinds import Reason, Status
from linli.workorders.rules.outgoing import SOURCES
from linli.workorders.services import platforms as services

LIST = "workorders:platforms"


@require_safe
@staff_page(GRANT_SETTINGS)
def platforms(request: StaffRequest) -> HttpResponse:
    """All platforms, and the address they call."""
    context = {
        "platforms": queries.platforms_for(request.user),
        "address": request.build_absolute_uri(reverse("workorders:door")),
    }
    return render(request, "workorders/platforms.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_SETTINGS)
def platform(request: StaffRequest, platform_id: int | None = None) -> HttpResponse:
    """Add a platform, whose secret is shown once, or change one."""
    row = queries.platform_for(request.user, platform_id) if platform_id is not None else None
    names = (
        "name", "centre", "by_place", "review", "return_hours", "skew_s", "crs", "callback_url",
        "active",
    )  # fmt: skip
    known: dict[str, Any] = {"active": True, "return_hours": 4, "skew_s": 300, "review": "repeated"}
    if row is not None:
        known = {name: getattr(row, name) for name in names}
    form = forms.PlatformForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.save_platform(
                actor=request.user, platform_id=platform_id, now=timezone.now(), **form.cleaned_data
            )
        except (NotFound, NotYours):
            raise
        except Refused as refusal:
            refuse_plainly(form, refusal)
        else:
            if made.secret:
                return _secret(request, made, _("Secret that signs, both ways"))
            messages.success(request, _("Saved."))
            return redirect("workorders:platform", made.platform.pk)
    context = {
        "form": form,
        "row": row,
        "address": request.build_absolute_uri(reverse("workorders:door")),
    }
    status = 422 if form.errors else 200
    return render(request, "workorders/platform.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_SETTINGS)
def mapping(request: StaffRequest, platform_id: int) -> HttpResponse:
    """How its orders are read; `try` reads a sample by what is typed, without keeping either."""
    row = queries.platform_for(request.user, platform_id)
    form = forms.MappingForm(request.POST or None, initial=forms.MappingForm.known(row.mapping))
    sample_form = forms.SampleForm(request.POST or None)
    tried = None
    if request.method == "POST" and form.is_valid() and sample_form.is_valid():
        try:
            if "try" in request.POST:
                tried = samples.tried(row, form.rules(), sample_form.cleaned_data["sample"])
            else:
                services.save_mapping(
                    actor=request.user, platform_id=platform_id, rules=form.rules(),
                    now=timezone.now(),
                )  # fmt: skip
                messages.success(request, _("Saved. Orders that arrive now are read this way."))
                return redirect("workorders:mapping", platform_id)
        except (NotFound, NotYours):
            raise
        except Refused as refusal:
            at: Any = sample_form if refusal.field in ("body", "sample") else form
            at.add_error(_field(at, refusal), str(refusal))
    faulty = bool(form.errors or sample_form.errors)
    context = {"form": form, "sample_form": sample_form, "row": row, "tried": tried}
    status = 422 if request.method == "POST" and faulty else 200
    return render(request, "workorders/mapping.html", context, status=status)


def _field(form: Any, refusal: Refused) -> str | None:
    if refusal.field in form.fields:
        return refusal.field
    return "sample" if "sample" in form.fields else None


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(GRANT_SETTINGS)
def wording(request: StaffRequest, platform_id: int) -> HttpResponse:
    """How it is told, with an example of what goes out."""
    row = queries.platform_for(request.user, platform_id)
    form = forms.WordingForm(request.POST or None, initial=forms.WordingForm.known(row.wording))
    if request.method == "POST" and form.is_valid():
        services.save_wording(
            actor=request.user, platform_id=platform_id, wording=form.wording(),
            now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Saved. What is sent from now on reads this way."))
        return redirect("workorders:wording", platform_id)
    context = {
        "form": form, "row": row, "example": samples.example_of(row),
        "sources": SOURCES.items(), "statuses": Status.choices, "reasons": Reason.choices,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "workorders/wording.html", context, status=status)


@require_POST
@staff_page(GRANT_SETTINGS)
def secret(request: StaffRequest, platform_id: int) -> HttpResponse:
    """A new secret, shown once; the old one opens for a day more."""
    made = services.renew_secret(actor=request.user, platform_id=platform_id, now=timezone.now())
    return _secret(request, made, _("New secret. The one before it opens for one more day."))


@require_POST
@staff_page(GRANT_SETTINGS)
def header_key(request: StaffRequest, platform_id: int) -> HttpResponse:
    """A key that is sent as it is, for a platform that cannot sign; or none any more."""
    made = services.set_header_key(
        actor=request.user, platform_id=platform_id, on=request.POST.get("on") == "1",
        now=timezone.now(),
    )  # fmt: skip
    if made.secret:
        return _secret(request, made, _("Header key. Weak: whoever sees it once can use it."))
    messages.success(request, _("The header key opens nothing any more."))
    return redirect("workorders:platform", platform_id)


@require_POST
@staff_page(GRANT_SETTINGS)
def retry(request: StaffRequest, platform_id: int) -> HttpResponse:
    """Read its held orders anew, by the present mapping."""
    count = services.retry_held(actor=request.user, platform_id=platform_id, now=timezone.now())
    messages.success(request, _("%d held orders are read again.") % count)
    return redirect("workorders:platform", platform_id)


def _secret(request: StaffRequest, made: services.Made, text: str) -> HttpResponse:
    context = {"row": made.platform, "secret": made.secret, "text": text}
    answer = render(request, "workorders/secret.html", context)
    answer["Cache-Control"] = "no-store"
    return answer
