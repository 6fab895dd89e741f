"""A point, line or area as an address has it: “point:121.48,31.23”, “line:…;…”, “area:…”."""

from __future__ import annotations

import shapely
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.territory.rules.coordinates import place_of

MOST_CORNERS = 200
LEAST = {"point": 1, "line": 2, "area": 3}
NAMES = {"Point": "point", "LineString": "line", "Polygon": "area"}


def read_shape(text: str) -> shapely.Geometry:
    """The shape in degrees, lon before lat. Raises BadInput that says what a shape is made of."""
    kind, _colon, corners = text.strip().partition(":")
    if kind not in LEAST:
        raise _refused(_("shape begins with point:, line: or area:. Draw the mark again."))
    places = [_place(part) for part in corners.split(";")]
    places = [here for here, before in zip(places, [None, *places], strict=False) if here != before]
    if kind == "area" and len(places) > 1 and places[0] == places[-1]:
        places.pop()
    if len(places) < LEAST[kind] or (kind == "point" and len(places) > 1):
        raise _refused(
            _("A point has one place, a line two or more, an area three or more corners.")
        )
    if len(places) > MOST_CORNERS:
        raise _refused(_("shape has at most %(most)d corners.") % {"most": MOST_CORNERS})
    if kind == "point":
        return shapely.Point(places[0])
    if kind == "line":
        return shapely.LineString(places)
    area = shapely.Polygon(places)
    if not area.is_valid or area.area == 0:
        raise _refused(_("The border of the area crosses itself. Draw it round without crossing."))
    return area


def write_shape(shape: shapely.Geometry) -> str:
    """The text that `read_shape` reads."""
    kind = NAMES[shape.geom_type]
    ring = shape.exterior.coords[:-1] if kind == "area" else shape.coords
    return f"{kind}:" + ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in ring)


def _place(text: str) -> tuple[float, float]:
    place = place_of(text)
    if place is None:
        raise _refused(_("Places are written as 121.48,31.23 and parted by semicolons."))
    return round(place[0], 6), round(place[1], 6)


def _refused(sentence: str) -> BadInput:
    return BadInput(sentence, field="shape")
