"""What the report form offers: classes with pictures, places by words, where a point lies."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from linli.catalogue import queries as catalogue
from linli.portal.rules import MOST_TILES, OTHER_ICON, USUAL
from linli.staff import queries as staff
from linli.territory import queries as territory
from linli.territory.queries import AddressHit


class ClassChoice(NamedTuple):
    """A class as a resident picks it."""

    code: str
    label: str
    major: str
    icon: str


def class_choices(*, on: date) -> list[ClassChoice]:
    """The classes offered to residents, by code. One query."""
    return [
        ClassChoice(c.code, c.label, c.major_label, c.icon or USUAL.get(c.code, OTHER_ICON))
        for c in catalogue.current().classes(on=on, public=True)
    ]


def tiles_of(choices: list[ClassChoice], chosen: str = "") -> list[ClassChoice]:
    """The few with big pictures: the usual ones in their order, then others; the chosen one is
    always among them."""
    by_code = {choice.code: choice for choice in choices}
    usual = [by_code[code] for code in USUAL if code in by_code]
    rest = [choice for choice in choices if choice.code not in USUAL]
    tiles = [*usual, *rest][:MOST_TILES]
    if chosen in by_code and by_code[chosen] not in tiles:
        tiles[-1:] = [by_code[chosen]]
    return tiles


def classes_found(words: str, *, on: date, most: int = 24) -> list[ClassChoice]:
    """Classes whose name or major class holds the words. One query."""
    wanted = words.strip().casefold()
    return [
        choice
        for choice in class_choices(on=on)
        if wanted in choice.label.casefold() or wanted in choice.major.casefold()
    ][:most]


class Spot(NamedTuple):
    """Where a point lies, in words."""

    grid_code: str
    grid: str
    area: str
    inside: bool


def spot_at(lon: float, lat: float, *, on: date) -> Spot:
    """The grid and the community of a WGS84 point. Two queries. Raises BadInput for no point."""
    found = territory.locate(lon, lat)
    tree = territory.tree()
    ids = [i for i in (found.street_id, found.community_id) if i is not None]
    area = " ".join(tree.region(i).name for i in ids)
    grid = None
    if found.grid_id is not None:
        grid = territory.present_grids(on=on).filter(pk=found.grid_id).first()
    inside = found.district_id is not None or found.city_id is not None
    return Spot(grid.code if grid else "", grid.name if grid else "", area, inside)


def places_found(words: str, near: tuple[float, float] | None = None) -> list[AddressHit]:
    """Addresses, buildings, roads and places that answer to the words. One query."""
    return territory.geocode(words, near)[:6] if words.strip() else []


Bounds = tuple[float, float, float, float]


def home_bounds(*, on: date) -> Bounds | None:
    """West, south, east, north of the area served: the region of the topmost centre. 2 queries."""
    for centre in staff.centres()[:3]:
        if centre.region_id is not None:
            found = territory.bounds_of("region", centre.region_id, on=on)
            if found is not None:
                return found
    return None


def middle(bounds: Bounds | None) -> tuple[float, float] | None:
    """The middle of bounds, as lon, lat."""
    if bounds is None:
        return None
    west, south, east, north = bounds
    return (west + east) / 2, (south + north) / 2


def class_id(code: str, *, on: date) -> int | None:
    """The id of a class of the edition in use. One query."""
    found = [c.pk for c in catalogue.current().classes(on=on) if c.code == code]
    return found[0] if found else None
