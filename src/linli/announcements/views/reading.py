"""What I was told: the list, one announcement, its files, my confirmation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.announcements import policy, queries, services
from linli.announcements.rules import State
from linli.files import services as files
from linli.staff.policy import holds_any
from linli.staff.web import StaffRequest, staff_page


def layout(request: StaffRequest) -> str:
    """People who work outdoors read on the phone's pages."""
    outdoors = any(seat.grid_ids for seat in request.user.seats)
    return "phone_base.html" if outdoors else "staff_base.html"


@require_safe
@staff_page()
def mine(request: StaffRequest) -> HttpResponse:
    """What I was told, newest first; `?open=1`: what I have still to read or confirm."""
    open_only = request.GET.get("open") == "1"
    page = queries.told_to(
        request.user, cursor=request.GET.get("cursor") or None, open_only=open_only
    )
    context = {
        "layout": layout(request),
        "page": page,
        "open_only": open_only,
        "may_write": request.user.has_grant(policy.WRITE),
        "may_watch": holds_any(request.user, policy.WATCHERS),
        "may_set": request.user.has_grant(policy.SETTINGS),
    }
    return render(request, "announcements/mine.html", context)


@require_safe
@staff_page()
def announcement(request: StaffRequest, announcement_id: int) -> HttpResponse:
    """One announcement. To open it is to have read it; a page that renews itself reads nothing."""
    found = queries.announcement_for(request.user, announcement_id)
    if request.method == "GET" and "Linli-By-Itself" not in request.headers:
        services.note_reading(reader=request.user, announcement=found, now=timezone.now())
    receipt = queries.receipt_of(request.user, announcement_id)
    watches = policy.watches(request.user, found)
    gone = found.state == State.WITHDRAWN
    context = {
        "layout": layout(request),
        "announcement": found,
        "receipt": receipt,
        "watches": watches,
        "newest": queries.newest_of(found) if found.state == State.SUPERSEDED else None,
        "gone": gone,
        "shown": watches or not gone,
        "over": found.last_on is not None and found.last_on < timezone.localdate(),
        "to_confirm": found.must_confirm and found.state == State.PUBLISHED
        and receipt is not None and receipt.confirmed_at is None,
        "files": queries.files_of(found),
    }  # fmt: skip
    return render(request, "announcements/announcement.html", context)


@require_POST
@staff_page()
def confirm(request: StaffRequest, announcement_id: int) -> HttpResponse:
    """I have read it."""
    found = queries.announcement_for(request.user, announcement_id)
    services.confirm(reader=request.user, announcement=found, now=timezone.now())
    messages.success(request, _("Confirmed. The sender sees it."))
    return redirect("announcements:announcement", announcement_id)


@require_safe
@staff_page()
def file(request: StaffRequest, announcement_id: int, number: int) -> HttpResponseBase:
    """An attachment."""
    found = queries.file_for(request.user, announcement_id, number)
    return files.respond(request, key=found.key, mime=found.mime, name=found.name)
