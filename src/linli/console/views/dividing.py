"""Cells of a community: drawn by the program, given to grids by clicks."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from linli.console.forms.planning import AssembleForm, CellsForm
from linli.console.queries import dividing as queries
from linli.console.queries import territory
from linli.console.rules import areas
from linli.console.rules.moves import moves_of
from linli.console.services import dividing as services
from linli.console.views.answering import day_of, form_page, try_form
from linli.staff.web import StaffRequest, staff_page
from linli.territory.queries import bounds_of


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def draw_cells(request: StaffRequest, code: str) -> HttpResponse:
    """Cells for a community, along streets or as a lattice."""
    community = territory.region_of(code)

    def act(data: dict[str, Any]) -> str:
        services.draw_cells(actor=request.user, community=community, now=timezone.now(), **data)
        return reverse("console:assemble", args=[code])

    return form_page(
        request,
        CellsForm(request.POST or None),
        act,
        title=_("Cells of %s") % community.name,
        back=reverse("console:region", args=[code]),
        button=_("Draw cells"),
        text=_(
            "Cells of about the chosen size, numbered from west to east and from north to south, "
            "inside the grids of the community where it has some."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def assemble(request: StaffRequest, code: str) -> HttpResponse:
    """Cells on the map, given to grids by clicks: grids grow, shrink, split and merge."""
    community, on = territory.region_of(code), day_of(request)

    def act(data: dict[str, Any]) -> str:
        services.assemble(
            actor=request.user,
            community=community,
            moves=moves_of(data["moves"]),
            from_date=data["from_date"],
            now=timezone.now(),
        )
        return f"{reverse('console:assemble', args=[code])}?on={data['from_date']}"

    form = AssembleForm(request.POST or None)
    answer = try_form(request, form, act)
    if answer is not None:
        return answer
    context = {
        "community": community,
        "groups": queries.cell_groups(community, on=on),
        "on": on,
        "today": on == timezone.localdate(),
        "form": form,
        "bounds": bounds_of("region", community.pk, on=on),
    }
    return render(request, "console/assemble.html", context, status=422 if form.errors else 200)


@require_safe
@staff_page(areas.TERRITORY)
def cells_geojson(request: StaffRequest, code: str) -> HttpResponse:
    """The cells of a community on a day."""
    community, on = territory.region_of(code), day_of(request)
    body = queries.cells_geojson(community, queries.cell_groups(community, on=on), on=on)
    return HttpResponse(body, content_type="application/geo+json")
