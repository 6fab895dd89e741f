"""Rules: the list, one, its trial on recorded readings, live or not."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.kernel.errors import NotFound, NotYours, Refused
from linli.sensors import policy
from linli.sensors.forms.setting import RuleForm
from linli.sensors.queries import devices as queries
from linli.sensors.queries import trial
from linli.sensors.rules.words import amount, line_of, span
from linli.sensors.services import managing
from linli.sensors.views.setting import setting_page
from linli.staff.web import StaffRequest, staff_page

PERIODS = (1, 7, 30, 90)


@require_safe
@staff_page(policy.LOOKING)
def rules(request: StaffRequest) -> HttpResponse:
    """All rules. One query."""
    context = {
        "rows": [(one, line_of(one, queries.unit_of(one))) for one in queries.rules()],
        "may_manage": request.user.has_grant(policy.GRANT_MANAGE),
    }
    return render(request, "sensors/rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(policy.GRANT_MANAGE)
def rule(request: StaffRequest, rule_id: int | None = None) -> HttpResponse:
    """Add or change a rule; a new one is a draft."""
    row = queries.rule_for(rule_id) if rule_id is not None else None
    known: dict[str, Any] = {"trip_count": 1, "clear_count": 1, "again_h": 24, "hysteresis": 0}
    if row is not None:
        names = (
            "name", "kind", "sense", "threshold", "hysteresis", "trip_count", "trip_s",
            "clear_count", "clear_s", "hours_from", "hours_until", "days", "class_code", "again_h",
        )  # fmt: skip
        known = {name: getattr(row, name) for name in names}
        known["device"] = row.device.code if row.device else ""
    return setting_page(
        request,
        RuleForm(request.POST or None, initial=known),
        lambda data: managing.save_rule(actor=request.user, row=row, now=timezone.now(), **data),
        title=row.name if row else _("Add a rule"),
        back=reverse("sensors:try_rule", args=[row.pk]) if row else reverse("sensors:rules"),
    )


@require_safe
@staff_page(policy.LOOKING)
def try_rule(request: StaffRequest, rule_id: int) -> HttpResponse:
    """What the rule would have done with the readings of the last days."""
    row = queries.rule_for(rule_id)
    asked = request.GET.get("days", "")
    days = next((n for n in PERIODS if str(n) == asked), 30)
    unit = queries.unit_of(row)
    found = trial.try_rule(row, days=days, now=timezone.now())
    context = {
        "rule": row,
        "line": line_of(row, unit),
        "days": days,
        "tabs": [
            {
                "label": ngettext("%d day", "%d days", n) % n,
                "url": f"?days={n}",
                "current": n == days,
                "count": None,
            }
            for n in PERIODS
        ],
        "trial": found,
        "rows": [
            (
                one,
                span(one.worst) if row.sense == "silent" else amount(one.worst, unit),
                span((one.ended - one.began).total_seconds()) if one.ended else "",
            )
            for one in found.shown
        ],
        "may_manage": request.user.has_grant(policy.GRANT_MANAGE),
    }
    return render(request, "sensors/trial.html", context)


@require_POST
@staff_page(policy.GRANT_MANAGE)
def steer_rule(request: StaffRequest, rule_id: int) -> HttpResponse:
    """Make it live, a draft, or end it."""
    row = queries.rule_for(rule_id)
    try:
        managing.steer_rule(
            actor=request.user, row=row, state=request.POST.get("state", ""), now=timezone.now()
        )
    except (NotFound, NotYours):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("“%(name)s”: %(state)s.") % {
            "name": row.name, "state": row.get_state_display(),
        })  # fmt: skip
    return redirect("sensors:try_rule", rule_id)
