"""My notices."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from linli.notices import queries, services
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page()
def notices(request: StaffRequest) -> HttpResponse:
    """The person's notices, newest first."""
    unread = request.GET.get("unread") == "1"
    page = queries.notices_for(
        request.user, cursor=request.GET.get("cursor") or None, unread=unread
    )
    context = {
        "page": page,
        "unread": unread,
        "newest": page.rows[0].pk if page.rows else 0,
        "any_unread": any(row.read_at is None for row in page.rows),
    }
    return render(request, "desk/notices.html", context)


@require_POST
@staff_page()
def open_notice(request: StaffRequest, notice_id: int) -> HttpResponse:
    """Mark a notice as read and go where it leads."""
    services.mark_read(user=request.user, notice_ids=[notice_id], now=timezone.now())
    url = request.POST.get("url", "")
    if url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        return redirect(url)
    return redirect("desk:notices")


@require_POST
@staff_page()
def read_all(request: StaffRequest) -> HttpResponse:
    """Everything up to the newest one shown is read."""
    text = request.POST.get("until", "")
    if text.isascii() and text.isdigit() and len(text) < 18:
        services.mark_all_read(user=request.user, until_id=int(text), now=timezone.now())
    return redirect("desk:notices")
