"""Components at the desk: the list, one of them, its labels, what stands near a place."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from linli.cases import queries as cases
from linli.components import policy, queries, services
from linli.components.rules.filters import ComponentFilter
from linli.desk.forms.components import ComponentFilterForm, InspectionForm
from linli.desk.queries import choices
from linli.kernel.errors import BadInput, Refused
from linli.kernel.qr import qr
from linli.staff.web import StaffRequest, staff_page

LABELS_A_SHEET = 40


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
        "rows": page.rows if page else [],
        "labels": {one.pk: queries.class_label(one.pk) for one in (page.rows if page else [])},
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
        "code": qr(one.number),
    }
    return render(request, "desk/component.html", context, status=status)


@require_safe
@staff_page("components.see")
def labels(request: StaffRequest) -> HttpResponse:
    """A sheet of QR labels: the next forty of the list's filter. The code is the component's own,
    which the search box and the report form understand."""
    wanted = ComponentFilter.parse({name: request.GET.getlist(name) for name in request.GET})
    page = queries.page_for(
        request.user, wanted, cursor=request.GET.get("cursor"), size=LABELS_A_SHEET
    )
    context = {
        "labels": [(one, queries.class_label(one.code), qr(one.number)) for one in page.rows],
        "next": urlencode({**wanted.query(), "cursor": page.next}) if page.next else "",
        "query": urlencode(wanted.query()),
    }
    return render(request, "desk/labels.html", context)


@require_safe
@staff_page("cases.intake")
def components_near(request: StaffRequest) -> HttpResponse:
    """What stands near the place that was marked, to choose what the report is about."""
    point = choices.point_of(request.GET.get("lon", ""), request.GET.get("lat", ""))
    found = []
    if point is not None:
        found = queries.near(
            request.user, ComponentFilter(), lon=point[0], lat=point[1], radius_m=60, most=8
        )
    rows = [(one, queries.class_label(one.code)) for one in found]
    chosen = request.GET.get("component", "")
    return render(request, "desk/components_near.html", {"near": rows, "chosen": chosen})
