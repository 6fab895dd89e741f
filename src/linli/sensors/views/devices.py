"""Devices: the list, one with its readings and cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from linli.sensors import policy
from linli.sensors.forms.setting import DeviceFilter
from linli.sensors.queries import devices as queries
from linli.sensors.rules import chart
from linli.sensors.rules.kinds import Sense
from linli.sensors.rules.words import amount, line_of
from linli.staff.web import StaffRequest, staff_page

#: Spans of the chart: name, hours, words.
SPANS = (("day", 24, _("24 hours")), ("week", 168, _("7 days")), ("month", 720, _("30 days")))


@require_safe
@staff_page(policy.LOOKING)
def devices(request: StaffRequest) -> HttpResponse:
    """All devices and how they stand. Nine queries."""
    now = timezone.now()
    form = DeviceFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    page = queries.device_page(**asked, cursor=request.GET.get("cursor"), now=now)
    context = {
        "form": form,
        "page": page,
        "rows": [
            (
                one,
                amount(one.state.last_value, one.kind.unit_of_measure),
                queries.is_silent(one, now=now),
            )
            for one in page.rows
        ],
        "counts": queries.counts(now=now),
        "troubled": queries.troubled(),
        "may_manage": request.user.has_grant(policy.GRANT_MANAGE),
    }
    return render(request, "sensors/devices.html", context)


@require_safe
@staff_page(policy.LOOKING)
def device(request: StaffRequest, device_id: int) -> HttpResponse:
    """One device: chart, newest readings, rules, alarms with the cases the person may see."""
    now = timezone.localtime()
    one = queries.device_for(device_id)
    name, hours, words = next((s for s in SPANS if s[0] == request.GET.get("span")), SPANS[0])
    since = now - timedelta(hours=hours)
    buckets = queries.readings_of(device_id, since=since, until=now)
    rules = queries.rules_of(one)
    unit = one.kind.unit_of_measure
    lines = [(r.threshold, r.name) for r in rules if r.sense != Sense.SILENT]
    gap = max(timedelta(seconds=3 * one.expected_s), 3 * (now - since) / queries.BUCKETS)
    alarms = queries.alarms_of(device_id)
    cases = queries.cases_of(request.user, alarms)
    context: dict[str, Any] = {
        "device": one,
        "value": amount(one.state.last_value, unit),
        "span": name,
        "span_words": words,
        "tabs": [
            {"label": label, "url": f"?span={code}", "current": code == name, "count": None}
            for code, _hours, label in SPANS
        ],
        "chart": chart.drawn(buckets, since=since, until=now, gap=gap, lines=lines)
        if buckets
        else None,
        "low": amount(min((b.low for b in buckets), default=None), unit),
        "high": amount(max((b.high for b in buckets), default=None), unit),
        "latest": [(at, amount(value, unit)) for at, value in queries.latest_readings(device_id)],
        "rules": [(rule, line_of(rule, unit)) for rule in rules],
        "alarms": [(one, amount(one.worst, unit), cases.get(one.case_id or 0)) for one in alarms],
        "may_manage": request.user.has_grant(policy.GRANT_MANAGE),
    }
    return render(request, "sensors/device.html", context)
