"""An area drawn on the map, and how small numbers of people in it are kept hidden."""

from __future__ import annotations

from typing import NamedTuple

import shapely
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.territory.rules.coordinates import place_of

MOST_CORNERS = 200
FEWEST_SHOWN = 5  # persons; fewer could be told apart (R108)


class Area(NamedTuple):
    """An area as the address has it, and as the database takes it (hex WKB in degrees)."""

    text: str
    shape: str
    name: str = ""  # of a region or grid that was named instead of drawn


def parse_area(text: str) -> Area | None:
    """`lon,lat;lon,lat;…`, closed by itself; None for an empty text. A line that crosses itself
    stands for everything it goes round. Raises BadInput."""
    if not text:
        return None
    corners = [_corner(part) for part in text.split(";")]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if not 3 <= len(corners) <= MOST_CORNERS:
        raise BadInput(
            _("area has 3 to %(most)d corners. Draw it again.") % {"most": MOST_CORNERS},
            field="area",
        )
    shape = shapely.make_valid(shapely.Polygon(corners))
    parts = [part for part in shapely.get_parts(shape) if part.geom_type.endswith("Polygon")]
    if not parts:
        raise BadInput(_("area has no ground inside. Draw it again."), field="area")
    whole = shapely.unary_union(parts)
    return Area(";".join(f"{x:.6f},{y:.6f}" for x, y in corners), shapely.to_wkb(whole, hex=True))


def _corner(text: str) -> tuple[float, float]:
    place = place_of(text)
    if place is None:
        raise BadInput(
            _("area is corners such as 121.48,31.23 parted by semicolons."), field="area"
        )
    return place


class People(NamedTuple):
    """A number of persons or households as it may be shown."""

    shown: int | None
    hidden: bool


def people(count: int, *, exactly: bool = False) -> People:
    """None shown for 1 to 4, but `exactly`: nobody is to be told apart by a small number (R108)."""
    small = 0 < count < FEWEST_SHOWN and not exactly
    return People(None if small else count, small)
