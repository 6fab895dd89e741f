"""Grids: found, looked at on any day, edited, redrawn, ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from linli.console.forms.ground import CellForm, EndGridForm, GridFilter, GridForm
from linli.console.queries import territory as queries
from linli.console.queries.history import joined, log_history, row_history
from linli.console.queries.paging import page_of
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, link, row
from linli.console.services import territory as services
from linli.console.views.answering import (
    Action,
    asked,
    day_of,
    form_page,
    list_page,
    moment_of,
    older,
)
from linli.console.views.regions import redraw_page
from linli.planning.queries import population_of, scheme_in_force
from linli.staff import queries as staff
from linli.staff.web import StaffRequest, staff_page
from linli.territory.queries import bounds_of, grids_for_map

if TYPE_CHECKING:
    from linli.planning.models import GridScheme


@require_safe
@staff_page(areas.TERRITORY)
def grids(request: StaffRequest) -> HttpResponse:
    """The grids of a day by code, with their primary workers."""
    form, on = GridFilter(request.GET), day_of(request)
    now = moment_of(on)
    wanted = asked(form)
    scheme = scheme_in_force()
    rows = queries.grids(
        on=on,
        words=wanted["q"] or "",
        layer=wanted["layer"] or "",
        odd_by=scheme if wanted["band"] else None,
    )
    if wanted["worker"] == "without":
        rows = rows.filter(pk__in=staff.grids_without_worker(now=now).order_by().values("pk"))
    page = page_of(rows, keys=("code",), cursor=request.GET.get("cursor"))
    workers = {
        duty.grid_id: duty.post.user.name
        for duty in staff.workers_of([grid.pk for grid in page.rows], now=now)
        if duty.role == "primary"
    }
    keep = "" if on == timezone.localdate() else f"?on={on}"
    table = Table(
        heads=(
            _("Grid"),
            pgettext("console", "Code"),
            _("Community"),
            pgettext("console", "Kind"),
            _("Households"),
            _("Primary worker"),
        ),
        numbers=(4,),
        rows=[
            row(
                link(
                    grid.name,
                    reverse("console:grid", args=[grid.code]) + keep,
                    "" if grid.layer == "responsibility" else grid.get_layer_display(),
                ),
                grid.code,
                grid.community.name,
                grid.get_kind_display() if grid.kind else "",
                _households(grid, scheme),
                workers.get(grid.pk) or Cell(text=_("nobody"), quiet=True),
            )
            for grid in page.rows
        ],
        older=older(request, page.next),
        empty=_("No grid fits. Import grids, or take a filter away."),
        icon="grid-dots",
    )
    add = Action(_("Import"), reverse("console:imports"), "file-import", main=True)
    return list_page(request, table, title=_("Grids"), form=form, actions=[add])


def _households(grid: Any, scheme: GridScheme) -> Cell:
    if grid.households is None:
        return Cell()
    odd = grid.layer == "responsibility" and scheme.out_of_band(grid.kind, grid.households)
    return Cell(text=grid.households, tag=odd)


@require_safe
@staff_page(areas.TERRITORY)
def grid(request: StaffRequest, code: str) -> HttpResponse:
    """One grid on a day: its cells, its worker, where it lay when, who changed it."""
    found, on = queries.grid_of(code), day_of(request)
    cells = list(queries.cells_of(found, on=on)[:500])
    scheme, counted = scheme_in_force(), population_of([found.pk], on=on).get(found.pk)
    table = Table(
        heads=(_("Cell"), _("Grade"), _("Area in m²")),
        numbers=(2,),
        rows=[
            row(
                link(one.cell.code, reverse("console:cell", args=[one.cell.code])),
                one.grade,
                f"{one.area_m2:,.0f}",
            )
            for one in cells
        ],
        empty=_("No cells belong to it on this day."),
        icon="grid-dots",
        label=_("Cells"),
    )
    return list_page(
        request,
        table,
        title=found.name,
        template="console/grid.html",
        grid=found,
        on=on,
        today=on == timezone.localdate(),
        versions=queries.versions_of("grid", found.pk),
        workers=list(staff.workers_of([found.pk], now=moment_of(on))),
        may_appoint=request.user.has_grant(areas.DUTIES),
        odd=scheme.out_of_band(found.kind, found.households),
        counted=counted,
        crowded=scheme.out_of_people(found.kind, counted.people if counted else None),
        bounds=bounds_of("grid", found.pk, on=on),
        history=joined(
            row_history(found),
            [past for past in log_history("grid", found.pk) if past.fields or past.purpose],
        ),
    )


@require_safe
@staff_page(areas.TERRITORY)
def grid_geojson(request: StaffRequest, code: str) -> HttpResponse:
    """The outline of a grid on a day, as GeoJSON."""
    found = queries.grid_of(code)
    body = grids_for_map([found.pk], on=day_of(request))
    return HttpResponse(body, content_type="application/geo+json")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def edit_grid(request: StaffRequest, code: str) -> HttpResponse:
    """Name, kind and households of a grid."""
    found = queries.grid_of(code)

    def act(data: dict[str, Any]) -> str:
        services.edit_grid(actor=request.user, grid=found, now=timezone.now(), **data)
        return reverse("console:grid", args=[code])

    counted = population_of([found.pk], on=timezone.localdate()).get(found.pk)
    initial: dict[str, Any] = {
        "name": found.name,
        "kind": found.kind,
        "households": found.households,
        "people": counted.people if counted else None,
        "counted_on": counted.on if counted else None,
        "source": counted.source if counted else "",
    }
    return form_page(
        request,
        GridForm(request.POST or None, initial=initial),
        act,
        title=_("Edit %s") % found.name,
        back=reverse("console:grid", args=[code]),
        history=row_history(found),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def redraw_grid(request: StaffRequest, code: str) -> HttpResponse:
    """A new outline from a day on."""
    found = queries.grid_of(code)
    return redraw_page(request, "grid", found, reverse("console:grid", args=[code]))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def end_grid(request: StaffRequest, code: str) -> HttpResponse:
    """The grid ends on a day; its cells go to another."""
    found = queries.grid_of(code)

    def act(data: dict[str, Any]) -> str:
        services.end_grid(actor=request.user, grid=found, now=timezone.now(), **data)
        return reverse("console:grid", args=[code])

    return form_page(
        request,
        EndGridForm(request.POST or None, grid=found, initial={"on": timezone.localdate()}),
        act,
        title=_("End %s") % found.name,
        back=reverse("console:grid", args=[code]),
        button=_("End it"),
        grave=True,
        text=_("Its code is never used again. Open cases stay with their units."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def cell(request: StaffRequest, code: str) -> HttpResponse:
    """Grade and grid of a cell from a day on, and what they were before."""
    found = queries.cell_of(code)
    back = reverse("console:grid" if found.grid else "console:region",
                   args=[found.grid.code if found.grid else found.cell.community.code])  # fmt: skip

    def act(data: dict[str, Any]) -> str:
        services.change_cell(actor=request.user, cell=found, now=timezone.now(), **data)
        return reverse("console:cell", args=[code])

    initial = {"grade": found.grade, "grid": found.grid_id, "from_date": timezone.localdate()}
    form = CellForm(request.POST or None, community_id=found.cell.community_id, initial=initial)
    return form_page(
        request,
        form,
        act,
        title=_("Cell %s") % code,
        back=back,
        text=_("What holds from the chosen day on does not change the cases of before."),
        template="console/cell.html",
        versions=queries.cell_versions(found.cell_id),
        history=[past for past in log_history("cell", found.cell_id) if past.fields],
    )
