"""The topology report of a community, each fault with its fix."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from linli.console.queries import territory
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, row
from linli.console.services import dividing
from linli.console.services import topology as checking
from linli.console.views.answering import list_page, post_answer
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page(areas.TERRITORY)
def topology_of(request: StaffRequest, code: str) -> HttpResponse:
    """Gaps, overlaps, strays and misplaced buildings of one community, now."""
    found = territory.region_of(code)
    report = checking.check_community(actor=request.user, region=found, now=timezone.now())

    def fix(words: str, fault: str, **facts: object) -> Cell:
        where = reverse("console:repair", args=[code])
        return Cell(text=words, post=f"{where}?{urlencode({'fault': fault, **facts})}")

    return list_page(
        request,
        Table(heads=()),
        title=found.name,
        template="console/topology.html",
        region=found,
        report=report,
        gaps=Table(
            heads=(_("Layer"), _("Area in m²"), _("Longitude"), _("Latitude"), ""),
            numbers=(1, 2, 3),
            rows=[
                row(
                    g.layer,
                    f"{g.area_m2:,.1f}",
                    f"{g.lon:.6f}",
                    f"{g.lat:.6f}",
                    fix(_("Give it to the neighbour"), "gap", layer=g.layer, lon=g.lon, lat=g.lat),
                )
                for g in report.gaps
            ],
        ),
        overlaps=Table(
            heads=(_("Layer"), _("First area"), _("Second area"), _("Area in m²"), ""),
            numbers=(3,),
            rows=[
                row(
                    o.layer,
                    o.first,
                    o.second,
                    f"{o.area_m2:,.1f}",
                    fix(
                        _("Leave it to the smaller one"),
                        "overlap",
                        layer=o.layer,
                        first=o.first,
                        second=o.second,
                    ),
                )
                for o in report.overlaps
            ],
        ),
        strays=Table(
            heads=(
                _("Layer"),
                pgettext("console", "Code"),
                _("Outside of"),
                _("Area in m²"),
                "",
            ),
            numbers=(3,),
            rows=[
                row(
                    s.layer,
                    s.code,
                    s.outside,
                    f"{s.area_m2:,.1f}",
                    fix(_("Bring it in"), "stray", layer=s.layer, code=s.code),
                )
                for s in report.strays
            ],
        ),
        buildings=Table(
            heads=(_("Building"), _("Grids"), ""),
            rows=[
                row(
                    b.name or f"#{b.building_id}",
                    "、".join(b.grids) or _("in no grid"),
                    fix(_("Keep it whole"), "building", building=b.building_id)
                    if len(b.grids) > 1
                    else "",
                )
                for b in report.buildings
            ],
        ),
    )


@require_POST
@staff_page(areas.TERRITORY)
def repair(request: StaffRequest, code: str) -> HttpResponse:
    """The fix of one fault of the report, from today on."""
    community, now = territory.region_of(code), timezone.now()

    def act() -> str:
        done = dividing.repair(
            actor=request.user,
            community=community,
            fault=request.GET.get("fault", ""),
            facts=request.GET,
            from_date=timezone.localdate(now),
            now=now,
        )
        facts = {"codes": "、".join(done.codes), "area": round(done.area_m2)}
        return _("Repaired: %(codes)s, %(area)d m².") % facts

    return post_answer(request, act, to=reverse("console:topology_of", args=[code]))
