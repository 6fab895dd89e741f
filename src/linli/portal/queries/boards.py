"""The board of a grid and the way down the tree to it (R39)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases import queries as cases
from linli.catalogue import queries as catalogue
from linli.kernel.errors import NotFound
from linli.staff import queries as staff
from linli.staff.models import GridDuty, Portrait
from linli.territory import queries as territory
from linli.territory.models import Grid
from linli.territory.queries import RegionFacts

#: The tiers above which nobody looks for a grid.
_TOP = ("country", "province", "city")


@dataclass(frozen=True)
class Board:
    """What a grid shows to everybody: duties, never persons beside the worker on duty.

    `phone` is the unit's public number, else the city's; the worker's own is nobody's business.
    """

    grid: Grid
    area: str
    worker: str
    has_portrait: bool
    substitutes: list[str]
    unit: str
    phone: str
    services: list[str]
    figures: cases.PublicFigures
    sketch: territory.Sketch | None


def board_of(code: str, *, now: datetime, since: datetime) -> Board:
    """About eight queries. Raises NotFound."""
    on = timezone.localdate(now)
    grid = territory.grid_by_code(code, on=on)
    tree = territory.tree()
    above = tree.ancestors_of(grid.community_id)
    names = [tree.region(i).name for i in reversed(above) if tree.region(i).tier not in _TOP]
    duties = list(staff.workers_of([grid.pk], now=now))
    primary = [d for d in duties if d.role == "primary"]
    unit = primary[0].post.unit if primary else staff.centre_for_region(above)
    return Board(
        grid=grid,
        area=" ".join(names),
        worker=str(primary[0].post.user) if primary else "",
        has_portrait=bool(primary) and portrait_of(primary[0]) is not None,
        substitutes=[str(d.post.user) for d in duties if d.role != "primary"],
        unit=unit.label if unit else "",
        phone=(unit.public_phone if unit else "") or str(settings.PUBLIC_PHONE),
        services=list(
            dict.fromkeys(c.major_label for c in catalogue.current().classes(on=on, public=True))
        ),
        figures=cases.public_figures(grid.pk, since=since),
        sketch=territory.sketch_of_grid(grid.pk, on=on),
    )


def portrait_key(code: str, *, now: datetime) -> str:
    """Under which key the picture of a grid's worker lies, who has agreed. Raises NotFound."""
    grid = territory.grid_by_code(code, on=timezone.localdate(now))
    for duty in staff.workers_of([grid.pk], now=now):
        shown = portrait_of(duty) if duty.role == "primary" else None
        if shown is not None:
            return str(shown.key)
    raise NotFound(_("There is no such picture."))


def portrait_of(duty: GridDuty) -> Portrait | None:
    """The picture that the person on duty lets the board show."""
    shown: Portrait | None = getattr(duty.post.user, "portrait", None)
    return shown


@dataclass(frozen=True)
class Branch:
    """A region, what lies right below it, and its own grids."""

    path: list[RegionFacts]
    below: list[RegionFacts]
    grids: list[Grid]


def branch(code: str, *, on: date) -> Branch:
    """From a region's code; the region of the topmost centre for none. Three queries at most."""
    tree = territory.tree()
    home = next((c.region_id for c in staff.centres()[:1] if c.region_id is not None), None)
    here = tree.by_code(code) if code else None
    region_id = here.id if here is not None else home
    if region_id is None:
        return Branch([], tree.children_of(None), [])
    above = tree.ancestors_of(region_id)
    if home in above:
        above = above[: above.index(home) + 1]
    grids = list(territory.present_grids(on=on).filter(community_id=region_id)[:200])
    return Branch([tree.region(i) for i in reversed(above)], tree.children_of(region_id), grids)
