"""Cells, assembling and repairs as somebody: may they, remembered with who, when and what."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from linli.console.queries.dividing import cell_codes, grid_codes
from linli.console.services.territory import acting, remember
from linli.kernel.errors import BadInput
from linli.staff.models import User
from linli.territory import services
from linli.territory.models import Region


def draw_cells(
    *,
    actor: User,
    community: Region,
    how: Literal["streets", "lattice"],
    area_m2: int,
    from_date: date,
    again: bool,
    now: datetime,
) -> int:
    """Cells for a community; how many. Raises NotYours, BadInput, Refused, Stale."""
    with acting(actor, "draw_cells"):
        drawn = services.draw_cells(
            community_id=community.pk, from_date=from_date, how=how, area_m2=area_m2, again=again
        )
        remember(actor, "territory.divided", "region", community.pk, now, cells=[None, drawn])
    return drawn


def assemble(
    *, actor: User, community: Region, moves: Mapping[str, str], from_date: date, now: datetime
) -> services.Divided:
    """Cells given to grids, both by their last three digits; +1 is a new grid.

    Raises NotYours, BadInput, Stale.
    """
    cells, grids = cell_codes(community, on=from_date), grid_codes(community, on=from_date)
    asked: dict[int, str] = {}
    for cell, grid in moves.items():
        if cell not in cells:
            raise BadInput(_("There is no cell %s in this community.") % cell, field="moves")
        if not grid.startswith("+") and grid not in grids:
            raise BadInput(_("There is no grid %s in this community.") % grid, field="moves")
        asked[cells[cell]] = grids.get(grid, grid)
    with acting(actor, "assemble"):
        done = services.assemble(community_id=community.pk, from_date=from_date, cells=asked)
        remember(actor, "territory.divided", "region", community.pk, now, moved=[None, len(asked)])
    return done


def repair(
    *, actor: User, community: Region, fault: str, facts: Mapping[str, Any], from_date: date,
    now: datetime,
) -> services.Repair:  # fmt: skip
    """The fix of one fault of the topology report. Raises NotYours, BadInput, NotFound, Stale,
    Refused."""
    asked: dict[str, Any] = {"community_id": community.pk, "from_date": from_date}
    with acting(actor, "repair"):
        if fault == "gap":
            asked |= {"lon": _degrees(facts, "lon"), "lat": _degrees(facts, "lat")}
            done = services.fill_gap(layer=facts.get("layer", ""), **asked)
        elif fault == "overlap":
            codes = {"first": facts.get("first", ""), "second": facts.get("second", "")}
            done = services.part_overlap(layer=facts.get("layer", ""), **codes, **asked)
        elif fault == "stray":
            done = services.bring_in(
                layer=facts.get("layer", ""), code=facts.get("code", ""), **asked
            )
        elif fault == "building":
            number = str(facts.get("building", ""))
            if not (number.isascii() and number.isdigit() and len(number) < 18):
                raise BadInput(_("A building is named by its number."), field="building")
            done = services.keep_building_whole(building_id=int(number), **asked)
        else:
            raise BadInput(_("There is no fix of this name."), field="fault")
        remember(
            actor, "territory.repaired", "region", community.pk, now, codes=[None, [*done.codes]]
        )
    return done


def _degrees(facts: Mapping[str, Any], name: str) -> float:
    try:
        value = float(facts.get(name, ""))
    except (TypeError, ValueError):
        value = 1_000.0
    if not -180 <= value <= 180:
        raise BadInput(_("A place is two numbers of degrees."), field=name)
    return value
