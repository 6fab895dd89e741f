"""A call on one page: who calls, what about, what is known, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.cases import queries as cases
from linli.cases.forms import asked_of
from linli.cases.queries import choosing
from linli.cases.rules.purposes import Purpose
from linli.cases.services import sent_before
from linli.cases.services.reporting import MOST_DESCRIPTION
from linli.files import queries as uploads
from linli.hotline import policy, services
from linli.hotline.forms.call import CallForm, NoteForm
from linli.hotline.queries import calls, lines
from linli.hotline.queries import knowledge as base
from linli.kernel.errors import Refused
from linli.staff.web import StaffRequest, staff_page
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.hotline.models import Call

MOST_RECENT = 20


@require_safe
@staff_page(policy.GRANT_TAKE)
def desk(request: StaffRequest) -> HttpResponse:
    """The lines, one key each to take a call; one's latest calls below. Five queries or so."""
    now = timezone.now()
    found = [(line, lines.is_open(line, now=now)) for line in lines.lines_for(request.user)]
    context = {
        "lines": found,
        "open_call": calls.open_call(request.user),
        "recent": calls.calls_for(request.user).filter(operator=request.user)[:MOST_RECENT],
        "may_manage": request.user.has_grant(policy.GRANT_MANAGE),
    }
    return render(request, "hotline/desk.html", context)


@require_POST
@staff_page(policy.GRANT_TAKE)
def take(request: StaffRequest) -> HttpResponse:
    """The telephone rings: a call begins on a line, or one goes back to the call one is on."""
    try:
        line_id = int(request.POST.get("line", ""))
    except ValueError:
        line_id = 0
    made = services.take_call(actor=request.user, line_id=line_id, now=timezone.now())
    return redirect("hotline:call", made.pk)


@require_safe
@staff_page(policy.GRANT_TAKE)
def keys(request: StaffRequest) -> HttpResponse:
    """The card of keys, to be printed and laid beside the telephone."""
    return render(request, "hotline/keys.html")


@require_safe
@staff_page(policy.GRANT_TAKE)
def call(request: StaffRequest, call_id: int) -> HttpResponse:
    """The form of a call one is on; afterwards what became of it."""
    found = calls.call_for(request.user, call_id)
    if found.ended_at is not None or found.operator_id != request.user.pk:
        return _ended(request, found)
    return _page(request, found, CallForm(found))


@require_POST  # what a caller says belongs in no address line and in no log
@staff_page(policy.GRANT_TAKE)
def caller(request: StaffRequest, call_id: int) -> HttpResponse:
    """What this number was about before."""
    try:
        found = services.look_up(
            actor=request.user,
            call_id=call_id,
            phone=request.POST.get("phone", ""),
            now=timezone.now(),
        )
    except Refused as refusal:
        context = {"refusal": str(refusal).removeprefix(f"{refusal.field}: ")}
        return render(request, "hotline/caller.html", context, status=422)
    return render(request, "hotline/caller.html", {"earlier": found, "asked": True})


@require_POST
@staff_page(policy.GRANT_TAKE)
def similar(request: StaffRequest, call_id: int) -> HttpResponse:
    """Open cases that may be what the caller means, while the operator types."""
    return render(request, "hotline/similar.html", _similar(request, call_id))


@require_POST
@staff_page(policy.GRANT_TAKE)
def knowledge(request: StaffRequest, call_id: int) -> HttpResponse:
    """Articles that fit the words, the class and the place so far."""
    return render(request, "hotline/known.html", {"articles": _articles(request.POST)})


@require_POST
@staff_page(policy.GRANT_TAKE)
def answer(request: StaffRequest, call_id: int) -> HttpResponse:
    """The call is answered at once, or an answer is promised: no case."""

    def end(form: CallForm) -> None:
        services.answer_call(
            actor=request.user, call_id=call_id, now=timezone.now(), **form.answering()
        )

    return _end(request, call_id, end)


@require_POST
@staff_page(policy.GRANT_TAKE)
def open_case(request: StaffRequest, call_id: int) -> HttpResponse:
    """The call becomes a case."""

    def end(form: CallForm) -> None:
        services.open_case(
            actor=request.user,
            call_id=call_id,
            language=_language(request),
            now=timezone.now(),
            **form.filing(),
        )

    return _end(request, call_id, end)


@require_POST
@staff_page(policy.GRANT_TAKE)
def join(request: StaffRequest, call_id: int, number: str) -> HttpResponse:
    """The call is about a case that is known already."""
    case = cases.case_for(request.user, number)

    def end(form: CallForm) -> None:
        services.join_case(
            actor=request.user,
            call_id=call_id,
            case_id=case.pk,
            language=_language(request),
            now=timezone.now(),
            **form.adding(),
        )

    return _end(request, call_id, end)


@require_POST
@staff_page(policy.GRANT_TAKE)
def drop(request: StaffRequest, call_id: int) -> HttpResponse:
    """Nobody spoke."""
    services.drop_call(actor=request.user, call_id=call_id, now=timezone.now())
    messages.success(request, _("Noted: nobody spoke."))
    return redirect("hotline:desk")


@require_POST
@staff_page(policy.GRANT_TAKE)
def note(request: StaffRequest, call_id: int) -> HttpResponse:
    """The note after the call."""
    form = NoteForm(request.POST)
    if form.is_valid():
        services.note_call(
            actor=request.user, call_id=call_id, now=timezone.now(), note=form.cleaned_data["note"]
        )
        if form.cleaned_data["note"]:
            messages.success(request, _("The note is kept."))
        return redirect("hotline:desk")
    return _ended(request, calls.call_for(request.user, call_id), form, status=422)


@require_POST
@staff_page(policy.GRANT_CALL_BACK)
def who(request: StaffRequest, call_id: int) -> HttpResponse:
    """Who called, for a purpose; the look is logged."""
    shown = services.show_caller(
        actor=request.user,
        call_id=call_id,
        purpose=request.POST.get("purpose", ""),
        now=timezone.now(),
    )
    return answer_with_number(
        request, f"call-{call_id}", shown, reverse("hotline:call", args=[call_id])
    )


def answer_with_number(request: StaffRequest, name: str, shown: Any, back: str) -> HttpResponse:
    """A name and a number in the open: a piece of the page, or a page without scripts."""
    template = "hotline/number.html#number" if request.htmx else "hotline/number.html"  # type: ignore[attr-defined]  # django_htmx
    response = render(request, template, {"id": name, "shown": shown, "back": back})
    response["Cache-Control"] = "no-store"
    return response


# -- pieces ------------------------------------------------------------------------------------
def _end(request: StaffRequest, call_id: int, end: Callable[[CallForm], None]) -> HttpResponse:
    """Read the form, end the call, show what became of it; what is wrong stands at its field."""
    found = calls.call_for(request.user, call_id)
    form = CallForm(found, request.POST)
    if form.is_valid():
        try:
            end(form)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect("hotline:call", call_id)
    elif found.ended_at is not None or found.operator_id != request.user.pk:
        return redirect("hotline:call", call_id)
    form.look_at_fault()
    return _page(request, found, form, status=422)


def _page(request: StaffRequest, found: Call, form: CallForm, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    data: Any = form.data if form.is_bound else form.initial
    context = {
        "call": found,
        "form": form,
        "lon": data.get("lon", ""),
        "lat": data.get("lat", ""),
        "center": choosing.centre_point(request.user),
        "phrases": base.phrases(on=today),
        **(_similar(request, found.pk) if form.is_bound else {}),
        "articles": _articles(request.POST) if form.is_bound else [],
    }
    return render(request, "hotline/call.html", context, status=status)


def _ended(
    request: StaffRequest, found: Call, form: NoteForm | None = None, *, status: int = 200
) -> HttpResponse:
    """What became of a call; to its operator the code that the caller follows the case with."""
    mine = found.operator_id == request.user.pk
    filed = sent_before(f"hotline:call:{found.pk}") if mine and found.case_id else None
    case = cases.cases_for(request.user).filter(pk=found.case_id).first() if found.case_id else None
    context = {
        "call": found,
        "case": case,
        "filed": filed,
        "mine": mine,
        "form": form or NoteForm(initial={"note": found.note}),
        "purposes": Purpose.choices,
        "span": f"call-{found.pk}",
        "may_read": request.user.has_grant(policy.GRANT_CALL_BACK),
    }
    return render(request, "hotline/ended.html", context, status=status)


def _similar(request: StaffRequest, call_id: int) -> dict[str, Any]:
    data = request.POST
    pictures = uploads.fingerprints_of(data.getlist("files"), owner=request.user, holder=None)
    asked = asked_of(data, pictures=pictures, now=timezone.now())
    found = cases.similar_cases(request.user, asked, most=3)
    return {"call_id": call_id, "similar": found, "asked": asked.lon is not None}


def _articles(data: Any) -> list[Any]:
    point = choosing.point_of(data.get("lon", ""), data.get("lat", ""))
    place = territory.locate(*point) if point is not None else None
    region = place and (place.community_id or place.street_id or place.district_id)
    return base.found_for(
        data.get("description", "")[:MOST_DESCRIPTION],
        on=timezone.localdate(),
        class_code=choosing.class_code_of(data.get("case_class", "")) or "",
        region_id=region or None,
    )


def _language(request: StaffRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", "zh-hans"))
