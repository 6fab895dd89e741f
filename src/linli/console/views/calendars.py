"""The working calendar: a year at a glance, a day, the hours."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.catalogue import queries, services
from linli.console.forms.classes import DayForm, HoursForm
from linli.console.queries import catalogue
from linli.console.queries.history import row_history
from linli.console.rules import areas
from linli.console.views.answering import form_page, post_answer
from linli.kernel.errors import NotFound
from linli.staff.web import StaffRequest, staff_page

FIRST, LAST = 2000, 2099


def _year(year: int) -> int:
    if not FIRST <= year <= LAST:
        raise NotFound(_("The calendar goes from 2000 to 2099."))
    return year


@require_safe
@staff_page(areas.CATALOGUE)
def calendar_now(request: StaffRequest) -> HttpResponse:
    """This year."""
    return redirect("console:calendar", timezone.localdate().year)


@require_safe
@staff_page(areas.CATALOGUE)
def calendar(request: StaffRequest, year: int) -> HttpResponse:
    """Twelve months with holidays and make-up days, and the hours of a working day."""
    rows, today = queries.day_rows(_year(year)), timezone.localdate()
    months: list[dict[str, Any]] = []
    for day in rows:
        if day.on.day == 1:
            months.append({"name": MONTHS[day.on.month], "weeks": [[None] * day.on.weekday()]})
        weeks = months[-1]["weeks"]
        if len(weeks[-1]) == 7:
            weeks.append([])
        weeks[-1].append(day)
    known = queries.current()
    context = {
        "year": year,
        "months": months,
        "today": today,
        "named": [day for day in rows if day.name or day.differs],
        "workdays": sum(day.is_workday for day in rows),
        "known": year in known.known_years,
        "unknown": known.unknown_years(today),
        "before": year - 1 if year > FIRST else None,
        "after": year + 1 if year < LAST else None,
        "hours": list(queries.hours()),
        "weekdays": [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
    }
    return render(request, "console/calendar.html", context)


@require_POST
@staff_page(areas.CATALOGUE)
def seed_year(request: StaffRequest, year: int) -> HttpResponse:
    """Enter the published holidays that the program knows; says if it does not know the year."""
    _year(year)

    def act() -> str:
        entered = services.seed_year(year=year, actor=request.user, now=timezone.now())
        return ngettext("%d day entered.", "%d days entered.", entered) % entered

    return post_answer(request, act, to=reverse("console:calendar", args=[year]))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def calendar_day(request: StaffRequest, day: str) -> HttpResponse:
    """One day: working or off, and why; and its past."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise NotFound(_("Write the day as 2026-03-01.")) from None
    _year(on.year)
    found = catalogue.day_entry(on)
    works = found.is_workday if found else on.weekday() < 5
    back = reverse("console:calendar", args=[on.year])

    def act(data: dict[str, Any]) -> str:
        data["is_workday"] = data["is_workday"] == "yes"
        services.save_day(on=on, actor=request.user, now=timezone.now(), **data)
        return back

    initial: dict[str, Any] = {"is_workday": "yes" if works else "no"}
    if found:
        initial |= {name: getattr(found, name) for name in ("name", "source", "provisional")}
    return form_page(
        request,
        DayForm(request.POST or None, initial=initial),
        act,
        title=on.isoformat(),
        back=back,
        text=_("Due times already set stay as they are until their clock is set anew."),
        end_url=reverse("console:remove_day", args=[day]) if found else "",
        end_label=_("Let it follow Monday to Friday"),
        history=row_history(found) if found else [],
    )


@require_POST
@staff_page(areas.CATALOGUE)
def remove_day(request: StaffRequest, day: str) -> HttpResponse:
    """The day follows Monday to Friday again."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise NotFound(_("Write the day as 2026-03-01.")) from None
    return post_answer(
        request,
        lambda: services.remove_day(on=on, actor=request.user, now=timezone.now()),
        done=_("The day follows Monday to Friday again."),
        to=reverse("console:calendar", args=[on.year]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.CATALOGUE)
def hours(request: StaffRequest) -> HttpResponse:
    """The hours of a working day from a day on."""
    back = reverse("console:calendar", args=[timezone.localdate().year])

    def act(data: dict[str, Any]) -> str:
        services.save_hours(actor=request.user, now=timezone.now(), **data)
        return back

    rows = list(queries.hours())
    last = rows[0] if rows else None
    slots = ", ".join("–".join(slot) for slot in last.slots) if last else ""
    return form_page(
        request,
        HoursForm(
            request.POST or None, initial={"slots": slots, "valid_from": timezone.localdate()}
        ),
        act,
        title=_("Working hours"),
        back=back,
        text=_("They hold from the chosen day on; earlier days keep theirs."),
        history=[past for one in rows for past in row_history(one)],
    )
