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
from linli.territory.queries.topology import TopologyReport


@require_safe
@staff_page(areas.TERRITORY)
def topology_of(request: StaffRequest, code: str) -> HttpResponse:
    """Gaps, overlaps, strays and misplaced buildings of one community, now."""
    found = territory.region_of(code)
    report = checking.check_community(actor=request.user, region=found, now=timezone.now())
    return list_page(
        request,
        Table(heads=()),
        title=found.name,
        template="console/topology.html",
        region=found,
        report=report,
        gaps=_gaps(code, report),
        overlaps=_overlaps(code, report),
        strays=_strays(code, report),
        buildings=_buildings(code, report),
    )


def _fix(code: str, words: str, fault: str, /, **facts: object) -> Cell:
    """The button that mends one fault of the community `code`."""
    where = reverse("console:repair", args=[code])
    return Cell(text=words, post=f"{where}?{urlencode({'fault': fault, **facts})}")


def _gaps(code: str, report: TopologyReport) -> Table:
    words = _("Give it to the neighbour")
    return Table(
        heads=(_("Layer"), _("Area in m²"), _("Longitude"), _("Latitude"), ""),
        numbers=(1, 2, 3),
        rows=[
            row(
                gap.layer,
                f"{gap.area_m2:,.1f}",
                f"{gap.lon:.6f}",
                f"{gap.lat:.6f}",
                _fix(code, words, "gap", layer=gap.layer, lon=gap.lon, lat=gap.lat),
            )
            for gap in report.gaps
        ],
    )


def _overlaps(code: str, report: TopologyReport) -> Table:
    words = _("Leave it to the smaller one")
    return Table(
        heads=(_("Layer"), _("First area"), _("Second area"), _("Area in m²"), ""),
        numbers=(3,),
        rows=[
            row(
                one.layer,
                one.first,
                one.second,
                f"{one.area_m2:,.1f}",
                _fix(code, words, "overlap", layer=one.layer, first=one.first, second=one.second),
            )
            for one in report.overlaps
        ],
    )


def _strays(code: str, report: TopologyReport) -> Table:
    words = _("Bring it in")
    return Table(
        heads=(_("Layer"), pgettext("console", "Code"), _("Outside of"), _("Area in m²"), ""),
        numbers=(3,),
        rows=[
            row(
                stray.layer,
                stray.code,
                stray.outside,
                f"{stray.area_m2:,.1f}",
                _fix(code, words, "stray", layer=stray.layer, code=stray.code),
            )
            for stray in report.strays
        ],
    )


def _buildings(code: str, report: TopologyReport) -> Table:
    """Those in no grid have no fix: the gap under them is closed first. Where grids are made of
    cells, a cell is given to the other grid instead."""
    cells = Cell(
        text=_("Give a cell to the other grid"), url=reverse("console:assemble", args=[code])
    )
    return Table(
        heads=(_("Building"), _("Grids"), ""),
        rows=[
            row(
                one.name or f"#{one.building_id}",
                "、".join(one.grids) or _("in no grid"),
                ""
                if len(one.grids) < 2
                else cells
                if report.has_cells
                else _fix(code, _("Keep it whole"), "building", building=one.building_id),
            )
            for one in report.buildings
        ],
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
