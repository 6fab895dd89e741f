"""What I write, and how far it is: drafts, receipts, approval, withdrawal, correction."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.announcements import policy, queries, services
from linli.announcements.forms import AnnouncementForm
from linli.announcements.rules import MOST_FILES, Kind, State
from linli.files import services as files
from linli.kernel.errors import NotFound, Refused
from linli.kernel.forms import refuse
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(policy.WATCHERS)
def written(request: StaffRequest) -> HttpResponse:
    """What I wrote, newest first, with what waits for my approval above."""
    page = queries.written_by(request.user, cursor=request.GET.get("cursor") or None)
    context = {
        "page": page,
        "waiting": list(queries.to_approve(request.user)),
        "may_write": request.user.has_grant(policy.WRITE),
    }
    return render(request, "announcements/written.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.WRITE)
def new(request: StaffRequest) -> HttpResponse:
    """A new draft."""
    return _edited(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.WRITE)
def edit(request: StaffRequest, announcement_id: int) -> HttpResponse:
    """A draft of mine."""
    return _edited(request, announcement_id)


def _edited(request: StaffRequest, draft_id: int | None) -> HttpResponse:
    draft = queries.own_draft(request.user, draft_id) if draft_id is not None else None
    data = _with_files(request) if request.method == "POST" else None
    form = AnnouncementForm(request.user, data, draft=draft)
    if data is not None and form.is_valid():
        try:
            saved = services.write_draft(
                actor=request.user, text=form.text(data), now=timezone.now(), draft_id=draft_id
            )
        except NotFound as refusal:
            if refusal.field is None:
                raise
            refuse(form, refusal)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return redirect("announcements:receipts", saved.pk)
    context = {
        "form": form,
        "draft": draft,
        "files": queries.files_of(draft) if draft is not None else [],
        "most_files": MOST_FILES,
        "upload_url": reverse("files:upload"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "announcements/edit.html", context, status=status)


def _with_files(request: StaffRequest) -> QueryDict:
    """The POST data; files sent without scripts are taken in and named by their ids."""
    data = request.POST.copy()
    for upload in request.FILES.getlist("files_file"):
        kept = files.store(
            content=upload, name=upload.name or "", owner=request.user, holder=None,
            now=timezone.now(),
        )  # fmt: skip
        data.appendlist("files", str(kept.pk))
    return data


@require_safe
@staff_page(policy.WATCHERS)
def receipts(request: StaffRequest, announcement_id: int) -> HttpResponse:
    """How far it is: before publishing whom it would reach, afterwards who has read it."""
    return _receipts(request, announcement_id)


def _receipts(
    request: StaffRequest, announcement_id: int, *, refusal: Refused | None = None
) -> HttpResponse:
    found = queries.watched(request.user, announcement_id)
    now, own = timezone.now(), found.author_id == request.user.pk
    before = found.state in (State.DRAFT, State.WAITING)
    ground = policy.ground_of(found.author, policy.WRITE)
    context: dict[str, Any] = {
        "announcement": found,
        "refusal": refusal,
        "people": queries.people_meant(services.meant_by(found), ground, now=now) if before else [],
        "receipts": None if before else queries.receipts_of(found),
        "files": queries.files_of(found),
        "history": queries.history_of(found),
        "may_edit": own and found.state == State.DRAFT,
        "may_decide": found.state == State.WAITING and policy.approves(request.user, found),
        "may_withdraw": found.state == State.PUBLISHED,
        "may_correct": own and found.state == State.PUBLISHED and found.kind == Kind.ANNOUNCEMENT,
    }
    template = "announcements/receipts.html"
    return render(request, template, context, status=refusal.status if refusal else 200)


@require_POST
@staff_page(policy.WRITE)
def submit(request: StaffRequest, announcement_id: int) -> HttpResponse:
    """Publish my draft, or hand it in for approval."""
    try:
        found = services.submit(actor=request.user, draft_id=announcement_id, now=timezone.now())
    except NotFound:
        raise
    except Refused as refusal:
        return _receipts(request, announcement_id, refusal=refusal)
    published = found.state == State.PUBLISHED
    messages.success(request, _("Published.") if published else _("Handed in for approval."))
    return redirect("announcements:receipts", announcement_id)


@require_POST
@staff_page(policy.APPROVE)
def decide(request: StaffRequest, announcement_id: int) -> HttpResponse:
    """Approve it, or return it with words."""
    approved = request.POST.get("decision") == "approve"
    try:
        services.decide(
            actor=request.user, announcement_id=announcement_id, approved=approved,
            words=request.POST.get("words", ""), now=timezone.now(),
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refusal:
        return _receipts(request, announcement_id, refusal=refusal)
    messages.success(request, _("Published.") if approved else _("Returned to its author."))
    return redirect("announcements:written")


@require_POST
@staff_page(policy.WATCHERS)
def withdraw(request: StaffRequest, announcement_id: int) -> HttpResponse:
    """Take it back, saying why."""
    try:
        services.withdraw(
            actor=request.user, announcement_id=announcement_id,
            words=request.POST.get("words", ""), now=timezone.now(),
        )  # fmt: skip
    except NotFound:
        raise
    except Refused as refusal:
        return _receipts(request, announcement_id, refusal=refusal)
    messages.success(request, _("Withdrawn."))
    return redirect("announcements:receipts", announcement_id)


@require_POST
@staff_page(policy.WRITE)
def correct(request: StaffRequest, announcement_id: int) -> HttpResponse:
    """Begin the next version."""
    draft = services.correct(
        actor=request.user, announcement_id=announcement_id, now=timezone.now()
    )
    return redirect("announcements:edit", draft.pk)


@require_POST
@staff_page(policy.WRITE)
def discard(request: StaffRequest, announcement_id: int) -> HttpResponse:
    """Throw my draft away."""
    services.discard_draft(actor=request.user, draft_id=announcement_id, now=timezone.now())
    messages.success(request, _("The draft is gone."))
    return redirect("announcements:written")
