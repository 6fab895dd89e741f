"""Finding a place on the map by words: a case by its number, regions, grids, addresses."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from linli.maps.queries.beside import Box, cases_by_numbers
from linli.territory import queries as territory
from linli.territory.queries.buildings import buildings_at
from linli.territory.queries.inside import boxes_of
from linli.territory.rules.kinds import Tier

if TYPE_CHECKING:
    from linli.staff.models import User

LONGEST = 100
MOST = 6  # of each kind


class Hit(NamedTuple):
    """A place that answers to the words: a point, or a box to be shown whole."""

    kind: str  # case, region, grid, address, building, place, road
    label: str
    says: str
    point: tuple[float, float] | None
    box: Box | None
    building: int | None = None  # whose floors can be looked at
    page: tuple[str, str] | None = None  # (“grid” or “region”, code) of its page


def places_for(
    user: User, words: str, *, on: date, near: tuple[float, float] | None = None
) -> list[Hit]:
    """Cases by number first, then regions, grids, addresses near `near`. Seven queries at most."""
    words = words.strip()[:LONGEST]
    if not words:
        return []
    found = [
        Hit("case", case.number, case.address, (case.place.x, case.place.y), None)
        for case in cases_by_numbers(user, [words])
        if case.place is not None
    ]
    return [*found, *_regions(words, on), *_grids(words, on), *_named(words, near)]


def _regions(words: str, on: date) -> list[Hit]:
    tree = territory.tree()
    rows = [
        one
        for one in tree.regions()
        if words in one.name or words.lower() in one.name_en.lower() or words == one.code
    ][:MOST]
    boxes = boxes_of("region", [one.id for one in rows], on=on) if rows else {}
    return [
        Hit(
            "region", one.name, str(Tier(one.tier).label), None, boxes[one.id],
            page=("region", one.code),
        )
        for one in rows
        if one.id in boxes
    ]  # fmt: skip


def _grids(words: str, on: date) -> list[Hit]:
    rows = territory.grids_by_words(words, on=on, most=MOST)
    boxes = boxes_of("grid", [one.pk for one in rows], on=on) if rows else {}
    return [
        Hit("grid", one.name, one.community.name, None, boxes[one.pk], page=("grid", one.code))
        for one in rows
        if one.pk in boxes
    ]


def _named(words: str, near: tuple[float, float] | None) -> list[Hit]:
    says = {
        "address": _("Address"),
        "building": _("Building"),
        "place": _("Place"),
        "road": _("Road"),
    }
    hits = territory.geocode(words, near)[:MOST]
    housed = [one for one in hits if one.kind in ("address", "building")]
    found = dict(zip(housed, buildings_at([(one.lon, one.lat) for one in housed]), strict=True))
    return [
        Hit(one.kind, one.text, says[one.kind], (one.lon, one.lat), None, found.get(one))
        for one in hits
    ]
