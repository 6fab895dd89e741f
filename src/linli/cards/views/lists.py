"""What is shown beside the figures: returns and questions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from linli.cards import policy
from linli.cards.forms import PeriodForm
from linli.cards.queries import questions as asking
from linli.cards.queries import returns as returning
from linli.cards.queries.units import names_of
from linli.cards.rules.asking import FEWEST, LAST_MINUTES, LAST_SHARE
from linli.cards.views.answering import Words, file_answer, tab_of, tabs_of
from linli.kernel.errors import NotFound
from linli.staff.web import StaffRequest, staff_page

USUAL_DAYS = 30
MOST_FINISHES = 500  # rows of the list behind a number
KINDS: dict[str, Words] = {
    "returned": pgettext_lazy("returns", "Sent back"),
    "reworked": pgettext_lazy("returns", "Done again"),
    "reopened": pgettext_lazy("returns", "Reopened"),
    "designated": pgettext_lazy("returns", "Designated"),
}
ASKED: dict[str, Words] = {
    "last": gettext_lazy("Finished at the last minute"),
    "unchanged": gettext_lazy("No change between the photos?"),
    "shared": gettext_lazy("One photo on two cases?"),
}


def _period(request: StaffRequest) -> tuple[PeriodForm, date, date]:
    """The form and the days of the page, the last thirty unless asked otherwise."""
    today = timezone.localdate()
    asked = PeriodForm(request.GET) if {"since", "until"} & set(request.GET) else PeriodForm({})
    since, until = asked.days(today, USUAL_DAYS)
    shown = PeriodForm({"since": since, "until": until}) if asked.is_valid() else asked
    return shown, since, until


def period_context(request: StaffRequest, names: dict[str, Words], tab: str) -> dict[str, Any]:
    """What pages with a period and tabs show of them, and how their file is asked for."""
    form, since, until = _period(request)
    keep = f"&since={since}&until={until}"
    tabs = [one | {"url": one["url"] + keep} for one in tabs_of(names, tab)]
    return {
        "form": form, "since": since, "until": until, "tab": tab, "tabs": tabs,
        "file_query": f"tab={tab}{keep}",
    }  # fmt: skip


@require_safe
@staff_page(policy.GRANT_SEE)
def returns(request: StaffRequest) -> HttpResponse:
    """Units by what was sent back, done again, reopened and designated."""
    form, since, until = _period(request)
    context = {
        "form": form, "lines": returning.lines_for(request.user, since=since, until=until),
        "kinds": KINDS.values(), "query": f"since={since}&until={until}",
    }  # fmt: skip
    return render(request, "cards/returns.html", context)


@require_safe
@staff_page(policy.GRANT_SEE)
def returns_file(request: StaffRequest) -> HttpResponse:
    """The table as a file."""
    _form, since, until = _period(request)
    lines = returning.lines_for(request.user, since=since, until=until)
    head = (pgettext("card", "Unit"), *KINDS.values(), _("Ping-pong cases"))
    return file_answer(
        request, "returns", head, [(one.name, *one.numbers.values()) for one in lines]
    )


@require_safe
@staff_page(policy.GRANT_SEE)
def unit_returns(request: StaffRequest, unit_id: int) -> HttpResponse:
    """One unit's events with their cases, newest first."""
    form, since, until = _period(request)
    line = returning.line_for(request.user, unit_id, since=since, until=until)
    names = names_of({unit_id})
    if line is None and unit_id not in names:
        raise NotFound(_("There is no such unit."))
    kind = request.GET.get("kind", "")
    found = line.behind(kind) if line else []
    context = {
        "form": form, "name": names.get(unit_id, ""), "query": f"since={since}&until={until}",
        "kinds": {"": _("All"), **KINDS, "ping_pong": _("Ping-pong cases")}, "kind": kind,
        "rows": [(one, KINDS[one.kind]) for one in found],
    }  # fmt: skip
    return render(request, "cards/unit_returns.html", context)


@require_safe
@staff_page(policy.GRANT_SEE)
def questions(request: StaffRequest) -> HttpResponse:
    """What figures leave open, worded as a question."""
    tab = tab_of(request, ASKED)
    context = period_context(request, ASKED, tab)
    days = {"since": context["since"], "until": context["until"]}
    if tab == "last":
        shares = asking.last_minute_for(request.user, **days)
        names = names_of({one.unit_id for one in shares})
        context["shares"] = [(one, names.get(one.unit_id, "")) for one in shares]
        context["query"] = f"since={context['since']}&until={context['until']}"
    elif tab == "unchanged":
        context["pairs"] = asking.unchanged_for(request.user, **days)
    else:
        context["shared"] = asking.shared_for(request.user, **days)
    context |= {
        "percent": round(LAST_SHARE * 100), "minutes": LAST_MINUTES, "fewest": FEWEST,
        "looked": asking.looked_at_for(request.user, **days),
    }  # fmt: skip
    return render(request, "cards/questions.html", context)


@require_safe
@staff_page(policy.GRANT_SEE)
def unit_finishes(request: StaffRequest, unit_id: int) -> HttpResponse:
    """The cases behind a unit's numbers: finished in time, or of these at the last minute."""
    form, since, until = _period(request)
    names = names_of({unit_id})
    if unit_id not in names:
        raise NotFound(_("There is no such unit."))
    kinds = {"last": _("At the last minute"), "all": _("Finished in time")}
    kind = "all" if request.GET.get("kind") == "all" else "last"
    rows = asking.finishes_of(
        request.user, unit_id, since=since, until=until, last=kind == "last"
    )  # fmt: skip
    context = {
        "form": form, "name": names[unit_id], "query": f"since={since}&until={until}",
        "since": since, "until": until, "kinds": kinds, "kind": kind,
        "rows": rows[:MOST_FINISHES], "more": max(0, len(rows) - MOST_FINISHES),
        "percent": round(LAST_SHARE * 100), "minutes": LAST_MINUTES,
        "looked": asking.looked_at_for(request.user, since=since, until=until),
    }  # fmt: skip
    return render(request, "cards/unit_finishes.html", context)


@require_safe
@staff_page(policy.GRANT_SEE)
def questions_file(request: StaffRequest) -> HttpResponse:
    """The tab as a file."""
    tab = tab_of(request, ASKED)
    _form, since, until = _period(request)
    days = {"since": since, "until": until}
    if tab == "last":
        shares = asking.last_minute_for(request.user, **days)
        names = names_of({one.unit_id for one in shares})
        head: tuple[Words, ...] = (
            pgettext("card", "Unit"),
            _("Finished in time"),
            _("At the last minute"),
            _("By an even spread"),
        )
        rows: list[tuple[object, ...]] = [
            (names.get(one.unit_id, ""), one.finished, one.last, round(one.expected, 1))
            for one in shares
        ]
        return file_answer(request, "last-minute", head, rows)
    if tab == "unchanged":
        head = (
            pgettext("card", "Unit"), _("Case"), _("Bits that differ"), _("Same file"),
        )  # fmt: skip
        rows = [
            (one.unit, one.after.number, one.bits, _("yes") if one.same_file else "")
            for one in asking.unchanged_for(request.user, **days)
        ]
        return file_answer(request, tab, head, rows)
    head = (_("Photo"), pgettext("card", "Unit"), _("Case"))
    rows = [
        (place, unit, look.number)
        for place, one in enumerate(asking.shared_for(request.user, **days), 1)
        for look, unit in one.on
    ]
    return file_answer(request, tab, head, rows)
