"""Components in a box of degrees, by code: pages for map programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.gis.geos import Polygon
from django.db.models import Q

from linli.components.models import Component
from linli.components.queries.lists import MOST_COUNTED, SHOWN, Count, after_cursor
from linli.components.queries.narrowing import components, cuts_for, fits
from linli.components.rules.filters import ComponentFilter
from linli.components.rules.quads import ranges_of_box
from linli.kernel.web import Page, cursor_text

if TYPE_CHECKING:
    from linli.staff.models import User

Box = tuple[float, float, float, float]


def page_in_box(
    user: User, wanted: ComponentFilter, box: Box, *, cursor: str | None = None, size: int = 50
) -> Page:
    """The next `size` components that fit and lie in the box (west, south, east, north; west lies
    east of east where it crosses the 180th meridian), by code. Two queries, and those of
    `cuts_for`; what it costs grows with what lies in the box. Raises BadInput."""
    inside = fits(cuts_for(user, wanted)) & _within(box) & Q(code__gt=after_cursor(cursor))
    codes = list(
        components().filter(inside).order_by("code").values_list("code", flat=True)[: size + 1]
    )
    more, codes = len(codes) > size, codes[:size]
    rows = list(Component.objects.filter(pk__in=codes).select_related(*SHOWN).order_by("code"))
    return Page(rows, cursor_text([codes[-1]]) if more else None)


def count_in_box(user: User, wanted: ComponentFilter, box: Box) -> Count:
    """How many of them there are, no further than MOST_COUNTED. One query, and those of
    `cuts_for`."""
    inside = fits(cuts_for(user, wanted)) & _within(box)
    found = components().filter(inside).values("pk")[: MOST_COUNTED + 1].count()
    return Count(min(found, MOST_COUNTED), found <= MOST_COUNTED)


def _within(box: Box) -> Q:
    west, south, east, north = box
    if west > east:
        return _within((west, south, 180.0, north)) | _within((-180.0, south, east, north))
    around = Q()
    for low, beyond in ranges_of_box(*box):
        around |= Q(quad__gte=low, quad__lt=beyond)
    shape = Polygon.from_bbox(box)
    shape.srid = 4326
    return around & Q(place__intersects=shape)
