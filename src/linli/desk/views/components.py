"""Components at the desk: the list, one of them, its labels, what stands near a place."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from linli.cases import queries as cases
from linli.components import policy, queries, services
from linli.components.forms import ComponentFilterForm
from linli.components.queries.references import carers
from linli.components.rules.filters import ComponentFilter
from linli.desk.forms.components import InspectionForm
from linli.desk.queries import choices
from linli.kernel.errors import BadInput, Refused
from linli.kernel.qr import qr
from linli.staff.web import StaffRequest, staff_page

if TYPE_CHECKING:
    from linli.components.models import Component

LABELS_A_SHEET = 24  # three columns of eight on A4


@require_safe
@staff_page("components.see")
def component_list(request: StaffRequest) -> HttpResponse:
    """Fifty components a page, by code; everything about it stands in the address."""
    refusal, page, count = "", None, None
    try:
        wanted = ComponentFilter.parse({name: request.GET.getlist(name) for name in request.GET})
        page = queries.page_for(request.user, wanted, cursor=request.GET.get("cursor"))
        count = queries.count_for(request.user, wanted)
    except BadInput as error:
        wanted, refusal = ComponentFilter(), str(error)
    query = wanted.query()
    context = {
        "form": ComponentFilterForm(request.user, request.GET if refusal else query),
        "rows": [
            (one, queries.class_label(one.code), carers(one.care))
            for one in (page.rows if page else ())
        ],
        "may_export": request.user.has_grant("components.export"),
        "next": urlencode({**query, "cursor": page.next}) if page and page.next else "",
        "count": count,
        "query": urlencode(query),
        "refusal": refusal,
    }
    return render(request, "desk/components.html", context, status=422 if refusal else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("components.see")
def component(request: StaffRequest, code: str) -> HttpResponse:
    """One component: facts, map, history, its cases; a POST notes an inspection."""
    one = queries.component_for(request.user, code)
    form = InspectionForm(request.POST or None, initial=InspectionForm.of(one))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.inspect(
                code=one.code, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
            return redirect("desk:component", one.number)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    if form.errors:
        status = 422
    own = cases.cases_on(request.user, one.code)
    year = timezone.localdate().year
    context = {
        "one": one,
        "label": queries.class_label(one.code),
        "story": queries.story_of(one),
        "cases": own,
        "this_year": sum(timezone.localtime(case.reported_at).year == year for case in own),
        "form": form if policy.may_inspect(request.user) else None,
        "may_report": request.user.has_grant("cases.intake"),
        "box": ",".join(f"{edge:.5f}" for edge in _around(one)),
        "code": qr(_link(request, one.number)),
    }
    return render(request, "desk/component.html", context, status=status)


@require_safe
@staff_page("components.see")
def labels(request: StaffRequest) -> HttpResponse:
    """A sheet of QR labels: the next 24 of the list's filter. The QR code leads residents to the
    report form; search boxes and forms here understand it too."""
    wanted = ComponentFilter.parse({name: request.GET.getlist(name) for name in request.GET})
    page = queries.page_for(
        request.user, wanted, cursor=request.GET.get("cursor"), size=LABELS_A_SHEET
    )
    context = {
        "labels": [
            (one, queries.class_label(one.code), qr(_link(request, one.number)))
            for one in page.rows
        ],
        "next": urlencode({**wanted.query(), "cursor": page.next}) if page.next else "",
        "query": urlencode(wanted.query()),
    }
    return render(request, "desk/labels.html", context)


def _around(one: Component) -> tuple[float, float, float, float]:
    """West, south, east, north of a street's length around it, in degrees."""
    lon, lat = one.place.x, one.place.y
    return lon - 0.0015, lat - 0.001, lon + 0.0015, lat + 0.001


def _link(request: StaffRequest, code: str) -> str:
    """What a label's QR code says: where residents report on it."""
    path = reverse("portal:label", args=[code])
    origin = str(settings.PUBLIC_ORIGIN)
    return f"{origin}{path}" if origin else request.build_absolute_uri(path)


@require_safe
@staff_page("cases.intake")
def components_near(request: StaffRequest) -> HttpResponse:
    """What stands near the place that was marked, to choose what the report is about."""
    choose = choices.components_for(request.user, request.GET)
    return render(request, "components/choose.html", {"choose": choose})
