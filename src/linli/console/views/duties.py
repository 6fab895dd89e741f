"""Who looks after which grid."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.console.forms.lists import DutyFilter
from linli.console.forms.parts import midnight
from linli.console.forms.people import DutyForm, candidates_for
from linli.console.queries import people, territory
from linli.console.queries.history import log_history
from linli.console.queries.paging import page_of
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.views.answering import asked, form_page, list_page, older, post_answer
from linli.kernel.errors import NotFound
from linli.staff import queries, services
from linli.staff.web import StaffRequest, staff_page

LEAST_SUPERVISED = 2  # R41: a supervisor has 2 to 3 grids


@require_safe
@staff_page(areas.DUTIES)
def duties(request: StaffRequest) -> HttpResponse:
    """Grids with their primary workers and substitutes."""
    form, now = DutyFilter(request.GET), timezone.now()
    wanted = asked(form)
    rows = territory.grids_of_duty(
        request.user, on=timezone.localdate(now), words=wanted["q"] or ""
    )
    if wanted["region"]:
        rows = rows.filter(community__path__startswith=wanted["region"].path)
    if wanted["state"] == "without":
        rows = rows.filter(pk__in=queries.grids_without_worker(now=now).order_by().values("pk"))
    page = page_of(rows, keys=("code",), cursor=request.GET.get("cursor"))
    workers: dict[int, dict[str, list[str]]] = {}
    for duty in queries.workers_of([grid.pk for grid in page.rows], now=now):
        workers.setdefault(duty.grid_id, {}).setdefault(duty.role, []).append(duty.post.user.name)
    supervisors: dict[int, Cell] = {}
    for one in queries.supervisors_of([grid.pk for grid in page.rows], now=now):
        few = _("supervises one grid only") if one.held < LEAST_SUPERVISED else ""
        supervisors[one.grid_id] = Cell(text=one.name, under=few)
    table = Table(
        heads=(
            _("Grid"),
            pgettext("console", "Code"),
            _("Community"),
            _("Households"),
            _("Primary worker"),
            _("Substitutes"),
            _("Supervisor"),
        ),
        numbers=(3,),
        rows=[
            row(
                link(grid.name, reverse("console:duty", args=[grid.code])),
                grid.code,
                grid.community.name,
                "" if grid.households is None else grid.households,
                "、".join(workers.get(grid.pk, {}).get("primary", []))
                or Cell(text=_("nobody"), tag=True),
                "、".join(workers.get(grid.pk, {}).get("substitute", [])),
                supervisors.get(grid.pk, ""),
            )
            for grid in page.rows
        ],
        older=older(request, page.next),
        empty=_("No grid fits."),
        icon="user-check",
    )
    return list_page(request, table, title=_("Grid workers"), form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.DUTIES)
def duty(request: StaffRequest, code: str) -> HttpResponse:
    """One grid: appoint a primary worker or a substitute; who did it before."""
    grid, now = _mine(request, code), timezone.now()
    words = request.GET.get("who", "")[:60]
    found = people.candidates(grid, now=now, words=words)

    def act(data: dict[str, Any]) -> str:
        data["valid_from"], data["valid_to"] = (
            midnight(data["valid_from"]),
            midnight(data["valid_to"]),
        )
        services.appoint_worker(actor=request.user, grid=grid, now=now, **data)
        return reverse("console:duty", args=[code])

    chosen = candidates_for(grid, request.POST.get("post", ""), found)
    form = DutyForm(request.POST or None, posts=chosen)
    past = people.duties_of(grid)
    table = Table(
        heads=(_("Grid worker"), _("Role"), _("From"), _("Until"), ""),
        rows=[
            row(
                Cell(text=one.post.user.name, under=one.post.unit.label),
                one.get_role_display(),
                Cell(when=one.valid_from),
                Cell(when=one.valid_to) if one.valid_to else "",
                Cell(text=_("End now"), post=reverse("console:end_duty", args=[code, one.pk]))
                if one.valid_to is None or one.valid_to > now
                else "",
                ended=one.valid_to is not None and one.valid_to <= now,
            )
            for one in past
        ],
        empty=_("Nobody looks after this grid yet."),
        icon="user-check",
    )
    return form_page(
        request,
        form,
        act,
        title=f"{grid.name} · {grid.code}",
        back=reverse("console:duties"),
        button=_("Appoint"),
        done=_("Appointed."),
        template="console/duty.html",
        grid=grid,
        table=table,
        words=words,
        found=len(found),
        history=log_history("grid", grid.pk),
    )


def _mine(request: StaffRequest, code: str) -> Any:
    """The grid, if this person may give it to workers; an absent one looks the same."""
    grid = territory.grid_of(code)
    mine = territory.grids_of_duty(request.user, on=timezone.localdate())
    if not mine.filter(pk=grid.pk).exists():
        raise NotFound(_("There is no grid with the code %s.") % code)
    return grid


@require_POST
@staff_page(areas.DUTIES)
def end_duty(request: StaffRequest, code: str, duty_id: int) -> HttpResponse:
    """The duty ends now."""
    found = people.duty_for(duty_id, _mine(request, code))
    return post_answer(
        request,
        lambda: services.end_duty(actor=request.user, duty=found, now=timezone.now()),
        done=_("The duty has ended."),
        to=reverse("console:duty", args=[code]),
    )
