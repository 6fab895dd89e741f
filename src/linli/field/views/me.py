"""My duties, notices, language, sign-out."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.cases.rules.numbers import parse_case_number
from linli.field.queries import grids
from linli.notices import queries, services
from linli.staff import queries as staff
from linli.staff import services as people
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page()
def me(request: StaffRequest) -> HttpResponse:
    """Who I am here: posts, grids with their dates, what I have been told."""
    now = timezone.now()
    context = {
        "duties": grids.duties_of(request.user, now=now),
        "posts": list(staff.posts_of(request.user, now=now)),
        "notices": queries.notices_for(request.user, size=20).rows,
        "portrait": staff.portrait_of(request.user),
        "said": staff.said_of_self(request.user),
        "answers": staff.self_answers(),
        "upload_url": reverse("files:upload"),
        "now": now,
    }
    return render(request, "field/me.html", context)


@require_POST
@staff_page()
def portrait(request: StaffRequest) -> HttpResponse:
    """Put my picture on the boards of my grids, or take it back."""
    now = timezone.now()
    if "take_back" in request.POST:
        people.take_portrait_back(actor=request.user, now=now)
        messages.success(request, _("Your picture is gone from the boards."))
    else:
        chosen = request.POST.getlist("files")
        people.show_portrait(
            actor=request.user,
            upload_id=chosen[-1] if chosen else "",
            agreed=request.POST.get("agreed") == "1",
            now=now,
        )
        messages.success(request, _("The boards of your grids show your picture now."))
    return redirect("field:me")


@require_POST
@staff_page()
def profile(request: StaffRequest) -> HttpResponse:
    """Say, change or take back what the profile of the staff counts."""
    people.describe_self(
        actor=request.user,
        education=request.POST.get("education", ""),
        age_band=request.POST.get("age_band", ""),
        now=timezone.now(),
    )
    messages.success(request, _("Saved."))
    return redirect("field:me")


@require_POST
@staff_page()
def open_notice(request: StaffRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and go to its case, or to the announcement it is about."""
    services.mark_read(user=request.user, notice_ids=[notice_id], now=timezone.now())
    number = request.POST.get("number", "")
    if parse_case_number(number) is not None:
        return redirect("field:task", number)
    url = request.POST.get("url", "")
    if url.startswith("/announcements/") and url_has_allowed_host_and_scheme(url, None):
        return redirect(url)
    return redirect("field:me")
