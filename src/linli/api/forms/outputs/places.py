"""Regions, grids, classes, units, and the person who asks."""

from __future__ import annotations

from linli.api.forms.base import Out
from linli.api.forms.outputs.common import Named, PlaceOut


class LocationOut(Out):
    """What lies under a point."""

    place: PlaceOut
    cell: str | None
    grid: Named | None
    community: Named | None
    street: Named | None
    district: Named | None
    city: Named | None
    grade: str | None
    border_m: float | None


class RegionOut(Out):
    code: str
    name: str
    name_en: str
    tier: str
    parent: str | None


class Regions(Out):
    regions: list[RegionOut]


class GridOut(Out):
    code: str
    name: str
    layer: str
    community: str


class Grids(Out):
    grids: list[GridOut]


class ConditionOut(Out):
    id: int
    number: int
    filing: str
    closing: str


class ClassOut(Out):
    code: str
    name: str
    name_en: str
    kind: str
    major: str
    public: bool
    conditions: list[ConditionOut]


class Classes(Out):
    classes: list[ClassOut]


class UnitOut(Out):
    id: int
    code: str
    name: str
    name_en: str
    kind: str
    parent: int | None
    region: str | None


class Units(Out):
    units: list[UnitOut]


class BadgeOut(Out):
    queue: str
    waiting: int
    url: str


class Badges(Out):
    badges: list[BadgeOut]


class SeatOut(Out):
    post: int
    title: str
    unit: int
    reach: str
    region: str | None
    grids: list[int]
    classes: list[str]
    grants: list[str]


class Me(Out):
    username: str
    name: str
    language: str
    by_token: bool
    seats: list[SeatOut]
