"""My background jobs: what runs, how far it is, what came of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.errands import policy, queries, services
from linli.files import services as files
from linli.kernel.errors import NotFound, NotYours, Refused
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page()
def errands(request: StaffRequest) -> HttpResponse:
    """One's own, newest first; `?all=1` also others' of the kinds one administers."""
    everybody = request.GET.get("all") == "1"
    page = queries.errands_for(request.user, everybody=everybody, cursor=request.GET.get("cursor"))
    return render(
        request,
        "errands/errands.html",
        {
            "page": page,
            "everybody": everybody,
            "may_see_all": bool(policy.shared_kinds(request.user)),
        },
    )


@require_safe
@staff_page()
def errand(request: StaffRequest, errand_id: int) -> HttpResponse:
    """One errand: its bar while it runs, then what came of it and its files."""
    found = queries.errand_for(request.user, errand_id)
    now = timezone.now()
    may_fetch = policy.may_fetch(request.user, found)
    return render(
        request,
        "errands/errand.html",
        {
            "errand": found,
            "may_steer": policy.may_steer(request.user, found),
            "files": [file for file in found.files.all() if may_fetch and file.kept_until > now],
        },
    )


@require_safe
@staff_page()
def bar(request: StaffRequest, errand_id: int) -> HttpResponse:
    """The bar alone, asked for again by itself; once the errand has ended, the page anew."""
    found = queries.errand_for(request.user, errand_id)
    answer = render(
        request,
        "errands/bar.html",
        {"errand": found, "may_steer": policy.may_steer(request.user, found)},
    )
    if not found.is_open and getattr(request, "htmx", False):
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
@staff_page()
def cancel(request: StaffRequest, errand_id: int) -> HttpResponse:
    """Call it off."""
    try:
        found = services.cancel_errand(actor=request.user, errand_id=errand_id, now=timezone.now())
    except (NotFound, NotYours):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("The background job will stop in a moment.") if found.is_open else _("Cancelled."),
        )
    return redirect("errands:errand", errand_id)


@require_POST
@staff_page()
def retry(request: StaffRequest, errand_id: int) -> HttpResponse:
    """Try it again from the beginning."""
    try:
        services.retry_errand(actor=request.user, errand_id=errand_id, now=timezone.now())
    except (NotFound, NotYours):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("errands:errand", errand_id)


@require_safe
@staff_page()
def fetch(request: StaffRequest, errand_id: int, role: str) -> HttpResponseBase:
    """Download what it made; written to the access log."""
    now = timezone.now()
    found = queries.errand_for(request.user, errand_id)
    file = queries.file_of(found, role, now=now)
    services.fetched(actor=request.user, errand=found, file=file, now=now)
    return files.respond(request, key=file.key, mime=file.mime, name=file.name, inline=False)
