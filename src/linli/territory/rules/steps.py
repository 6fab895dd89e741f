"""Outlines edited step by step: read from lines of text, done on shapes in degrees.

A step is a line that the map writes and that a person may write as well:

    draw +1 POLYGON ((…))       an outline as it is drawn, neighbours stay as they are
    claim 003 POLYGON ((…))     the same, and the neighbours give up the ground
    split 003 LINESTRING (…)    cut along a line: the largest piece keeps the key, others are new
    merge 003 004               004 becomes part of 003 and ends
    move 121.1,31.2 121.3,31.4  the corner (or the point of an edge) of all that share it
    move 121.1,31.2 121.3,31.4 003      the same for one alone
    drop 121.1,31.2             a corner less
    fill                        ground of nobody goes to the neighbour with the longest border

Steps are done again from the beginning each time (`rules.edits`); undoing one is leaving out its
line.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NamedTuple

import shapely
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.territory.rules.coordinates import CHINA

Place = tuple[float, float]
MOST_STEPS, MOST_CORNERS = 500, 20_000
LEAST = 1e-10  # square degrees, about 1 m²: what is smaller comes of rounding
_KEY = re.compile(r"^(\+[1-9][0-9]?|[0-9A-Za-z]{3,24})$")


class Step(NamedTuple):
    """One line: its number, its verb, the keys, the places, the shape."""

    line: int
    verb: str
    keys: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    shape: shapely.Geometry | None = None


def read_steps(text: str) -> list[Step]:
    """The steps of a text, one a line; empty lines are left out. Raises BadInput naming `steps`."""
    lines = [(n, line.strip()) for n, line in enumerate(text.splitlines(), start=1)]
    lines = [(n, line) for n, line in lines if line]
    if len(lines) > MOST_STEPS:
        raise BadInput(
            _("At most %d steps at a time: save these first.") % MOST_STEPS, field="steps"
        )
    return [_read(n, line) for n, line in lines]


def fault_of(step: Step | int, why: str) -> BadInput:
    line = step if isinstance(step, int) else step.line
    return BadInput(_("Line %(line)d: %(why)s") % {"line": line, "why": why}, field="steps")


def _read(line: int, text: str) -> Step:
    verb, _space, rest = text.partition(" ")
    verb, rest = verb.lower(), rest.strip()
    if verb in ("draw", "claim", "split"):
        key, _space, shape = rest.partition(" ")
        kind = "LineString" if verb == "split" else "Polygon"
        return Step(line, verb, (_key(line, key),), shape=_shape(line, shape, kind))
    words = rest.split()
    if verb == "merge" and len(words) == 2:
        first, second = (_key(line, word) for word in words)
        if first == second:
            raise fault_of(line, _("an area is not merged with itself."))
        return Step(line, verb, (first, second))
    if verb == "move" and len(words) in (2, 3):
        keys = tuple(_key(line, word) for word in words[2:])
        return Step(line, verb, keys, (_place(line, words[0]), _place(line, words[1])))
    if verb == "drop" and len(words) == 1:
        return Step(line, verb, places=(_place(line, words[0]),))
    if verb == "fill" and not words:
        return Step(line, verb)
    raise fault_of(
        line,
        _(
            "“%s” is no step. Steps are draw, claim, split, merge, move, drop and fill, such as "
            "“merge 003 004”."
        )
        % text[:40],
    )


def _key(line: int, text: str) -> str:
    if not _KEY.match(text):
        raise fault_of(line, _("“%s” names no area: write its number, or +1 for a new one.")
                     % text[:30])  # fmt: skip
    return text


def _place(line: int, text: str) -> Place:
    parts = text.split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        lon, lat = math.nan, math.nan
    if not (CHINA[0] <= lon <= CHINA[2] and CHINA[1] <= lat <= CHINA[3]):
        raise fault_of(line, _("“%s” is no place in China: write lon,lat, such as 121.47,31.23.")
                     % text[:40])  # fmt: skip
    return lon, lat


def _shape(line: int, text: str, kind: str) -> shapely.Geometry:
    """WKT or GeoJSON of the wanted kind."""
    shape: Any = None
    try:
        shape = shapely.from_geojson(_geometry_of(text)) if text[:1] == "{" else _from_wkt(text)
    except (shapely.GEOSException, ValueError, TypeError, RecursionError):
        shape = None
    if shape is None or shape.geom_type.removeprefix("Multi") != kind or shape.is_empty:
        raise fault_of(line, _("a %s is needed, as WKT or GeoJSON.") % kind)
    shape = shapely.force_2d(shape)
    if shapely.get_num_coordinates(shape) > MOST_CORNERS:
        raise fault_of(line, _("the shape has more than %d corners. Simplify it.") % MOST_CORNERS)
    west, south, east, north = shape.bounds
    if not (CHINA[0] <= west and CHINA[1] <= south and east <= CHINA[2] and north <= CHINA[3]):
        raise fault_of(line, _("the coordinates lie outside China: check the order (lon, lat)."))
    return shape if kind == "LineString" else area_of(line, shape)


def _from_wkt(text: str) -> shapely.Geometry:
    return shapely.from_wkt(text.split(";", 1)[1] if text[:5].upper() == "SRID=" else text)


def _geometry_of(text: str) -> str:
    """The one geometry of a GeoJSON text, be it bare, a feature or a collection of one."""
    document = json.loads(text)
    if document.get("type") == "FeatureCollection":
        (document,) = document["features"]
    if document.get("type") == "Feature":
        document = document["geometry"]
    return json.dumps(document)


def area_of(line: int, shape: shapely.Geometry) -> shapely.MultiPolygon:
    """The polygons of a shape, rounding left out. Raises BadInput for one that is no area."""
    if not shape.is_valid:
        why = shapely.is_valid_reason(shape)
        raise fault_of(line, _("the outline would cross or touch itself (%s).") % why)
    parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    return shapely.MultiPolygon([one for one in parts if one.area >= LEAST])
