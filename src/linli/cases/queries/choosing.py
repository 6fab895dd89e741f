"""What the filters of a list offer: classes, units and regions as people write and read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils import timezone

from linli.catalogue import queries as catalogue
from linli.staff import queries as staff
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.catalogue.models import CaseClass
    from linli.staff.models import User
    from linli.territory.queries import RegionFacts

_CODE = re.compile(r"^\s*([CEce]\d{0,4})\b")
_ID = re.compile(r"#(\d{1,17})\s*$")
MOST_FOUND = 30


def unit_names(ids: Sequence[int]) -> dict[int, str]:
    """Names of units by id, retired ones too. One query, none for nothing."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {unit.pk: unit.label for unit in staff.units(active=None).filter(pk__in=wanted)}


def unit_id_of(text: str) -> int | None:
    """The id in what was typed or chosen (“城管局 #12”, “12”), or the one unit of that name."""
    text = text.strip()
    if found := _ID.search(text):
        return int(found[1])
    if text.isascii() and text.isdigit() and len(text) < 18:
        return int(text)
    named = list(staff.units(active=None, words=text[:100])[:2]) if text else []
    return named[0].pk if len(named) == 1 else None


def find_classes(words: str, *, most: int = MOST_FOUND) -> list[CaseClass]:
    """Classes in use whose code begins with `words` or whose name contains them. One query."""
    wanted = words.strip().casefold()[:60]
    code = _CODE.match(words.strip())
    found = []
    for one in catalogue.classes():
        names = f"{one.name} {one.name_en} {one.major_name} {one.major_name_en}".casefold()
        if (code and one.code.startswith(code[1].upper())) or (wanted and wanted in names):
            found.append(one)
    return found[:most]


def class_text(case_class: CaseClass | None) -> str:
    """A class as the forms write it: “E0102 暴露垃圾”; `class_code_of` reads it back."""
    return f"{case_class.code} {case_class.label}" if case_class is not None else ""


def class_code_of(text: str) -> str | None:
    """The code in what was typed or chosen, or that of the one class with this name; else None."""
    text = text.strip()
    if code := _CODE.match(text):
        return code[1].upper()
    exact = [c for c in catalogue.classes() if text and text in (c.name, c.name_en)]
    if len(exact) == 1:
        return exact[0].code
    found = find_classes(text, most=2)
    return found[0].code if len(found) == 1 else None


def point_of(lon: str, lat: str) -> tuple[float, float] | None:
    """Two numbers of a query string as a point; None for what is none."""
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        return None
    return (x, y) if abs(x) <= 180 and abs(y) <= 90 else None


def class_id_of(text: str) -> int | None:
    """The id of the class that was typed, if it is one."""
    code = class_code_of(text) if text.strip() else None
    if code is None:
        return None
    return next((c.pk for c in catalogue.classes() if c.code == code), None)


def regions_for(user: User) -> list[tuple[int, RegionFacts]]:
    """The regions a person may filter by, as an indented tree: (depth, region). No query."""
    tree = territory.tree()
    tops: set[int] = set()
    for seat in user.seats:
        if seat.reach == "region" and seat.region_id is not None:
            tops.add(seat.region_id)
    roots = [tree.region(top) for top in sorted(tops)] if tops else tree.children_of(None)
    lines: list[tuple[int, RegionFacts]] = []

    def add(region: RegionFacts, depth: int) -> None:
        lines.append((depth, region))
        if region.tier != "community":
            for child in tree.children_of(region.id):
                add(child, depth + 1)

    for root in roots:
        add(root, 0)
    return lines


def centre_point(user: User) -> tuple[float, float] | None:
    """Where maps begin: the middle of the person's region, else of the area served. One query."""
    own = [s.region_id for s in user.seats if s.reach == "region" and s.region_id is not None]
    for region_id in own or [region.id for region in territory.tree().children_of(None)]:
        bounds = territory.bounds_of("region", region_id, on=timezone.localdate())
        if bounds is not None:
            return (round((bounds[0] + bounds[2]) / 2, 6), round((bounds[1] + bounds[3]) / 2, 6))
    return None
