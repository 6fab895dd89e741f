"""The operator's intake: a call becomes a report, or joins a case that is there already."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.cases import queries, services
from linli.cases.forms import asked_of
from linli.cases.queries import Similar, choosing
from linli.cases.services import Filed
from linli.desk.forms.intake import IntakeForm
from linli.desk.queries import choices
from linli.files import queries as uploads
from linli.files import services as files
from linli.kernel.errors import Refused
from linli.staff.web import StaffRequest, staff_page

DONE = "desk_intake_done"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.intake")
def intake(request: StaffRequest) -> HttpResponse:
    """The form; a POST opens a case."""
    if request.method != "POST":
        named = {"component_code": request.GET.get("component", "")[:80]}
        return _page(request, IntakeForm(initial=named))
    form = IntakeForm(_with_files(request))
    if form.is_valid():
        try:
            filed = services.report(
                **form.values(), actor=request.user, language=_language(request), now=timezone.now()
            )
            return _done(request, filed)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(request, form, status=422)


@require_POST
@staff_page("cases.intake")
def join(request: StaffRequest, number: str) -> HttpResponse:
    """The same problem again: the report joins the case, its reporter follows it too (R74)."""
    case = queries.case_for(request.user, number)
    form = IntakeForm(_with_files(request))
    if form.is_valid():
        try:
            filed = services.add_report(
                case_id=case.pk,
                **form.joining(),
                actor=request.user,
                language=_language(request),
                now=timezone.now(),
            )
            return _done(request, filed)
        except Refused as refusal:
            form.refuse(refusal)
    return _page(request, form, status=422)


def _with_files(request: StaffRequest) -> Any:
    """The POST data; files sent without scripts are taken in and named by their ids."""
    data = request.POST.copy()
    for upload in request.FILES.getlist("files_file"):
        kept = files.store(
            content=upload,
            name=upload.name or "",
            owner=request.user,
            holder=None,
            now=timezone.now(),
        )
        data.appendlist("files", str(kept.pk))
    return data


def _language(request: StaffRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", "zh-hans"))


def _done(request: StaffRequest, filed: Filed) -> HttpResponse:
    request.session[DONE] = {
        "number": filed.case.number,
        "secret": filed.secret,
        "report": filed.report_number,
    }
    return redirect("desk:intake_done")


@require_safe
@staff_page("cases.intake")
def intake_done(request: StaffRequest) -> HttpResponse:
    """What to tell the caller: the number and the secret; kept until the next report."""
    kept = request.session.get(DONE)
    if not kept:
        return redirect("desk:intake")
    case = queries.case_for(request.user, kept["number"])
    return render(request, "desk/intake_done.html", {"case": case, **kept})


@require_POST  # what a caller says belongs in no address line and in no log
@staff_page("cases.intake")
def similar(request: StaffRequest) -> HttpResponse:
    """Open cases that may be what the caller means, while the operator types."""
    data = request.POST
    found = _similar(request, data)
    asked = choosing.point_of(data.get("lon", ""), data.get("lat", "")) is not None
    return render(request, "desk/similar.html", {"similar": found, "asked": asked})


def _similar(request: StaffRequest, data: Any) -> list[Similar]:
    pictures = uploads.fingerprints_of(data.getlist("files"), owner=request.user, holder=None)
    return queries.similar_cases(
        request.user, asked_of(data, pictures=pictures, now=timezone.now())
    )


def _page(request: StaffRequest, form: IntakeForm, status: int = 200) -> HttpResponse:
    data: Any = form.data if form.is_bound else form.initial
    choose = choices.components_for(request.user, data)
    at = choose.choices[0] if choose.chosen and not form.is_bound else None
    context = {
        "form": form,
        "lon": data.get("lon", "") if at is None else at.lon,
        "lat": data.get("lat", "") if at is None else at.lat,
        "choose": choose,
        "center": choosing.centre_point(request.user),
        "similar": _similar(request, form.data) if form.is_bound else [],
        "asked": form.is_bound,
        "upload_url": reverse("files:upload"),
    }
    return render(request, "desk/intake.html", context, status=status)
