"""Lines, kinds and limits as data; and what the lines did in a period."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.hotline import policy, services
from linli.hotline.forms.lines import KindForm, LineForm, PeriodForm
from linli.hotline.queries import lines as queries
from linli.hotline.queries.figures import figures_for
from linli.kernel.errors import NotFound, Refused
from linli.kernel.forms import refuse
from linli.staff.web import StaffRequest, staff_page

DAYS_SHOWN = 30


@require_safe
@staff_page(policy.GRANT_MANAGE)
def line_list(request: StaffRequest) -> HttpResponse:
    """The lines with their kinds and limits. Three queries."""
    now = timezone.now()
    rows = queries.lines_for(request.user, queries.MANAGES, active=None)
    found = [
        (line, queries.is_open(line, now=now), queries.limits_of(line))
        for line in rows.prefetch_related("kinds")
    ]
    return render(request, "hotline/lines.html", {"lines": found})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_MANAGE)
def line(request: StaffRequest, line_id: int | None = None) -> HttpResponse:
    """Add or change a line."""
    user, now = request.user, timezone.now()
    found = queries.line_for(user, line_id, queries.MANAGES) if line_id is not None else None
    first: dict[str, Any] = {"weekdays": [1, 2, 3, 4, 5, 6, 7], "most_tries": 3, "active": True}
    if found is not None:
        first = LineForm.initial_of(found)
    form = LineForm(user, request.POST or None, initial=first, line=found)
    if request.method == "POST" and form.is_valid():
        try:
            if found is None:
                services.add_line(actor=user, now=now, **form.values())
            else:
                services.change_line(actor=user, line_id=found.pk, now=now, **form.values())
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("hotline:lines")
    title = _("Line %s") % found.number if found is not None else _("Add a line")
    return _form_page(request, form, title)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_MANAGE)
def kind(request: StaffRequest, line_id: int, kind_id: int | None = None) -> HttpResponse:
    """Add or change a kind of call and its limit."""
    user, now = request.user, timezone.now()
    found_line = queries.line_for(user, line_id, queries.MANAGES)
    found = None
    first: dict[str, Any] = {"active": True, "limit_unit": "work_day"}
    if kind_id is not None:
        found = next(
            (k for k in queries.kinds_of(found_line, active=None) if k.pk == kind_id), None
        )
        if found is None:
            raise NotFound(_("This line has no such kind."))
        first = KindForm.initial_of(found)
    form = KindForm(request.POST or None, initial=first, kind=found)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {"actor": user, "line_id": line_id, "now": now, **form.cleaned_data}
        try:
            if found is None:
                services.add_kind(**given)
            else:
                services.change_kind(kind_id=found.pk, **given)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("hotline:lines")
    title = _("%(kind)s on %(line)s") % {"kind": found or _("New kind"), "line": found_line}
    return _form_page(request, form, title)


@require_safe
@staff_page(policy.GRANT_MANAGE)
def figures(request: StaffRequest) -> HttpResponse:
    """What each line did in a period; the last 30 days at first. Four queries."""
    today = timezone.localdate()
    first = {"since": today - timedelta(days=DAYS_SHOWN - 1), "until": today}
    form = PeriodForm(request.GET if request.GET else first)
    context: dict[str, Any] = {"form": form}
    status = 200
    if form.is_valid():
        since = form.cleaned_data["since"] or first["since"]
        until = form.cleaned_data["until"] or today
        context |= {
            "rows": figures_for(request.user, min(since, until), until),
            "since": since,
            "until": until,
        }
    else:
        status = 422
    return render(request, "hotline/figures.html", context, status=status)


def _form_page(request: StaffRequest, form: Any, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": reverse("hotline:lines")}
    return render(request, "hotline/form.html", context, status=422 if form.is_bound else 200)
