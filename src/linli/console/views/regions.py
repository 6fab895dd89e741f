"""Regions: the tree, one of them on any day, its names, its outline, its end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from linli.console.forms.ground import EndForm, OutlineForm, RegionFilter, RegionForm
from linli.console.queries import territory as queries
from linli.console.queries.history import joined, log_history, row_history
from linli.console.queries.paging import page_of
from linli.console.rules import areas
from linli.console.rules.tables import Table, link, row
from linli.console.services import outlines
from linli.console.services import territory as services
from linli.console.views.answering import Action, asked, day_of, form_page, list_page, older
from linli.staff.web import StaffRequest, staff_page
from linli.territory.queries import bounds_of, grids_for_map, regions_for_map, tree

if TYPE_CHECKING:
    from linli.territory.models import Region

MOST_ON_MAP = 400


def region_table(rows: Any, on: date, *, empty: str = "") -> Table:
    """Regions as a table; on another day than today the links keep the day."""
    keep = "" if on == timezone.localdate() else f"?on={on}"
    return Table(
        heads=(_("Region"), _("Tier"), pgettext("console", "Code"), _("Valid from"), _("Valid to")),
        rows=[
            row(
                link(one.name, reverse("console:region", args=[one.code]) + keep, one.name_en),
                one.get_tier_display(),
                one.code,
                one.valid_from.isoformat(),
                one.valid_to.isoformat() if one.valid_to else "",
                ended=one.valid_to is not None and one.valid_to <= on,
            )
            for one in rows
        ],
        empty=empty or _("Nothing lies below it."),
        icon="map-2",
        label=_("Regions"),
    )


@require_safe
@staff_page(areas.TERRITORY)
def regions(request: StaffRequest) -> HttpResponse:
    """The roots of the tree, or what answers to some words."""
    form, on = RegionFilter(request.GET), day_of(request)
    words = asked(form)["q"] or ""
    rows = queries.regions_by_words(words, on=on) if words else queries.regions_below(None, on=on)
    page = page_of(rows, keys=("code",), cursor=request.GET.get("cursor"))
    table = region_table(page.rows, on, empty=_("No region fits. Import the divisions first."))
    table = Table(**{**_parts(table), "older": older(request, page.next)})
    actions = [
        Action(_("Gaps and overlaps"), reverse("console:topology"), "puzzle"),
        Action(_("Import"), reverse("console:imports"), "file-import", main=True),
    ]
    return list_page(request, table, title=_("Regions"), form=form, actions=actions)


def _parts(table: Table) -> dict[str, Any]:
    names = ("heads", "rows", "numbers", "older", "empty", "icon", "label")
    return {name: getattr(table, name) for name in names}


@require_safe
@staff_page(areas.TERRITORY)
def region(request: StaffRequest, code: str) -> HttpResponse:
    """One region on a day: what lies in it, where it lay when, who changed it."""
    found, on = queries.region_of(code), day_of(request)
    known = tree()
    above = [known.region(one) for one in known.ancestors_of(found.pk)[:0:-1]]
    children = list(queries.regions_below(found, on=on)[:500])
    grids = list(queries.grids(on=on, region=found).filter(community=found).order_by("code")[:500])
    context: dict[str, Any] = {
        "region": found,
        "on": on,
        "today": on == timezone.localdate(),
        "above": above,
        "holds": queries.holds(found, on=on),
        "versions": queries.versions_of("region", found.pk),
        "children": region_table(children, on) if children else None,
        "grids": _grid_table(grids, on) if grids else None,
        "bounds": bounds_of("region", found.pk, on=on),
        "history": joined(row_history(found), _beside_rows("region", found.pk)),
    }
    return list_page(
        request, Table(heads=()), title=found.name, template="console/region.html", **context
    )


def _beside_rows(kind: str, target_id: int) -> list[Any]:
    """What the log knows beyond the row's own history: outlines and reasons."""
    return [past for past in log_history(kind, target_id) if past.fields or past.purpose]


def _grid_table(rows: Any, on: date) -> Table:
    keep = "" if on == timezone.localdate() else f"?on={on}"
    return Table(
        heads=(_("Grid"), _("Layer"), pgettext("console", "Code"), _("Households")),
        numbers=(3,),
        rows=[
            row(
                link(one.name, reverse("console:grid", args=[one.code]) + keep),
                one.get_layer_display(),
                one.code,
                "" if one.households is None else one.households,
            )
            for one in rows
        ],
        icon="grid-dots",
        label=_("Grids"),
    )


@require_safe
@staff_page(areas.TERRITORY)
def region_geojson(request: StaffRequest, code: str) -> HttpResponse:
    """The outline of a region on a day and those right below it, as GeoJSON."""
    found, on = queries.region_of(code), day_of(request)
    below = queries.regions_below(found, on=on).values_list("pk", flat=True)[:MOST_ON_MAP]
    body = regions_for_map([found.pk, *below], on=on, tolerance=0.00002)
    if found.tier == "community":
        inside = queries.grids(on=on, layer="responsibility").filter(community=found)
        grids = grids_for_map(list(inside.values_list("pk", flat=True)[:MOST_ON_MAP]), on=on)
        body = outlines.merged(body, grids)
    return HttpResponse(body, content_type="application/geo+json")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def edit_region(request: StaffRequest, code: str) -> HttpResponse:
    """The names of a region."""
    found = queries.region_of(code)

    def act(data: dict[str, Any]) -> str:
        services.rename_region(actor=request.user, region=found, now=timezone.now(), **data)
        return reverse("console:region", args=[code])

    form = RegionForm(request.POST or None, initial={"name": found.name, "name_en": found.name_en})
    return form_page(
        request,
        form,
        act,
        title=_("Names of %s") % found.name,
        back=reverse("console:region", args=[code]),
        history=row_history(found),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def redraw_region(request: StaffRequest, code: str) -> HttpResponse:
    """A new outline from a day on."""
    found = queries.region_of(code)
    return redraw_page(request, "region", found, reverse("console:region", args=[code]))


def redraw_page(request: StaffRequest, kind: Any, found: Any, back: str) -> HttpResponse:
    """The form for an outline of a region or a grid."""

    def act(data: dict[str, Any]) -> str:
        services.change_outline(
            actor=request.user,
            kind=kind,
            target_id=found.pk,
            outline=outlines.outline_of(data["file"].name, data["file"].read()),
            from_date=data["from_date"],
            crs=outlines.crs_of(data["crs"]),
            now=timezone.now(),
        )
        return back

    form = OutlineForm(
        request.POST or None, request.FILES or None, initial={"from_date": timezone.localdate()}
    )
    return form_page(
        request,
        form,
        act,
        title=_("New outline of %s") % found.name,
        back=back,
        multipart=True,
        text=_(
            "The outline holds from the chosen day on. Cases of before stay where they were, and "
            "the neighbours keep their outlines: check the community for gaps afterwards."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.TERRITORY)
def end_region(request: StaffRequest, code: str) -> HttpResponse:
    """The region ends on a day (已撤销)."""
    found: Region = queries.region_of(code)

    def act(data: dict[str, Any]) -> str:
        services.end_region(actor=request.user, region=found, on=data["on"], now=timezone.now())
        return reverse("console:region", args=[code])

    return form_page(
        request,
        EndForm(request.POST or None, initial={"on": timezone.localdate()}),
        act,
        title=_("End %s") % found.name,
        back=reverse("console:region", args=[code]),
        button=_("End it"),
        grave=True,
        text=_("Its code is never used again. Nothing of the present may lie in it."),
    )
