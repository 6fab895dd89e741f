"""A report from the street in twenty seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from linli.cases import queries, services
from linli.cases.rules.inputs import Place
from linli.cases.services.on_the_spot import report_and_handle
from linli.cases.services.reporting import MOST_DESCRIPTION
from linli.components import queries as things
from linli.components.rules import parse_code
from linli.field.forms import ReportForm
from linli.field.queries import classes, grids
from linli.field.rules import PHRASES, in_words
from linli.field.views.uploads import with_files
from linli.files import queries as uploads
from linli.kernel.errors import BadInput, Refused
from linli.staff.web import StaffRequest, staff_page

if TYPE_CHECKING:
    from linli.cases.queries import Similar
    from linli.cases.services import Filed


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.report")
def report(request: StaffRequest) -> HttpResponse:
    """The form; a POST opens a case, joins one, or reports and closes what was handled."""
    if request.method != "POST":
        return _page(request, ReportForm(), scanned=request.GET.get("component", ""))
    try:
        form = ReportForm(with_files(request, "files", "after"))
    except Refused as refusal:  # a photo that is none
        form = ReportForm(request.POST.copy())
        form.is_valid()
        form.file_errors = [str(refusal)]
        return _page(request, form, status=422)
    if form.is_valid():
        try:
            return _done(request, form, _send(request, form))
        except Refused as refusal:
            form.refuse(refusal)
    return _page(request, form, status=422)


def _send(request: StaffRequest, form: ReportForm) -> Filed:
    who: dict[str, Any] = {
        "actor": request.user,
        "now": timezone.now(),
        "language": str(getattr(request, "LANGUAGE_CODE", "zh-hans")),
    }
    if form.join:
        case = queries.case_for(request.user, form.join)
        return services.add_report(case_id=case.pk, **form.joining(), **who)
    if form.cleaned_data["handled"]:
        return report_and_handle(**form.values(), **form.handled_values(), **who)
    return services.report(**form.values(), **who)


def _done(request: StaffRequest, form: ReportForm, filed: Filed) -> HttpResponse:
    number = {"number": filed.case.number}
    if filed.again:
        messages.info(request, _("This was sent before; it is %(number)s.") % number)
    elif form.join:
        messages.success(request, _("Added to %(number)s.") % number)
    elif form.cleaned_data["handled"]:
        messages.success(request, _("Handled on the spot and closed: %(number)s.") % number)
    elif form.cleaned_data["urgent"]:
        messages.success(request, _("The command centre has been told: %(number)s.") % number)
    else:
        messages.success(request, _("Reported: %(number)s.") % number)
    if queries.may_see(request.user, filed.case.pk):
        return redirect("field:case", filed.case.number)
    return redirect("field:report")  # reported outside of one's own area


def _page(
    request: StaffRequest, form: ReportForm, *, status: int = 200, scanned: str = ""
) -> HttpResponse:
    now = timezone.now()
    data: Any = form.data if form.is_bound else {"component": scanned}
    box = grids.bounds_of(request.user, now=now)
    usual = classes.usual_classes(request.user, now=now)
    context = {
        "form": form,
        "usual": usual,
        "upload_url": reverse("files:upload"),
        "every": [classes.class_text(c) for c in classes.all_classes()],
        "chosen": form.data.get("case_class", "") if form.is_bound else "",
        "may_handle": request.user.has_grant("cases.self_handle"),
        "may_urgent": request.user.has_grant("cases.urgent"),
        "center": ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) if box else None,
        "similar": _near(request, form.data) if form.is_bound else [],
        "choose": _choosing(request, data),
    }
    return render(request, "field/report.html", context, status=status)


@require_POST  # a position belongs in no address line and in no log (P6)
@staff_page("cases.report")
def components(request: StaffRequest) -> HttpResponse:
    """What stands near by, to say what the report is about."""
    return render(request, "components/choose.html", {"choose": _choosing(request, request.POST)})


@require_POST  # a position belongs in no address line and in no log (P6)
@staff_page("cases.report")
def similar(request: StaffRequest) -> HttpResponse:
    """Open cases near by, while the report is being made."""
    return render(request, "field/similar.html", {"similar": _near(request, request.POST)})


def _choosing(request: StaffRequest, data: Any) -> things.Choosing:
    """Near the mark on the map, else near the device."""
    place = _place(data, ("map_lon", "map_lat")) or _place(data, ("lon", "lat"))
    point = (place.lon, place.lat) if place is not None else None
    return things.choosing(request.user, point, data.get("component") or "")


def _place(data: Any, names: tuple[str, str]) -> Place | None:
    try:
        lon, lat = (float(data.get(name) or "") for name in names)
        return Place(lon, lat)
    except (ValueError, BadInput):
        return None


def _near(request: StaffRequest, data: Any) -> list[Similar]:
    place = _place(data, ("lon", "lat")) or _place(data, ("map_lon", "map_lat"))
    if place is not None:
        code = classes.code_of(data.get("class_words", "")) or data.get("case_class", "")
        phrases = data.getlist("phrases")
        asked = queries.Asked(
            at=timezone.now(),
            lon=place.lon,
            lat=place.lat,
            class_id=classes.class_id_of(code) if code else None,
            words=in_words(phrases, PHRASES, data.get("opinion", "")[:MOST_DESCRIPTION]),
            pictures=uploads.fingerprints_of(
                data.getlist("files"), owner=request.user, holder=None
            ),
            component=parse_code(data.get("component", "")),
        )
        return queries.similar_cases(request.user, asked)
    return []
