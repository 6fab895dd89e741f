"""A map of cases as SVG, made of plain numbers: outlines, circles by how many, legend and scale.

No tiles, nothing fetched. Places are snapped to a lattice of about 100 m before they are kept, so
that no map tells an address.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from linli.bulletins.rules.labels import Box, Named, labels

_WIDTH, _HIGHEST, _LOWEST, _EDGE = 640, 560, 260, 26
_HEAD, _FOOT = 30, 44  # px for the title, and for legend and scale
_TOGETHER = 26  # px: cases nearer than that are one circle
_LATTICE = 0.001  # degrees
_METRES = 111_320  # of a degree of latitude
_CLEAR, _FAINT = 'fill="#fff" stroke="#8a9499"', 'fill="#f6f7f8" stroke="#c9d0d3"'
_SMALLEST = 0.004  # degrees: a map of one place still shows what lies around it


class Circle(NamedTuple):
    """Where on the picture, and how many cases."""

    x: float
    y: float
    cases: int


class _Frame(NamedTuple):
    """From degrees to pixels; `scale` is pixels a degree of latitude."""

    west: float
    north: float
    scale: float
    squeeze: float
    height: int

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = _EDGE + (lon - self.west) * self.squeeze * self.scale
        return round(x, 1), round(_HEAD + _EDGE + (self.north - lat) * self.scale, 1)


def snapped(places: Iterable[tuple[float, float]]) -> list[list[float]]:
    """`[lon, lat, count]` on the lattice, the fullest first."""
    counts: defaultdict[tuple[int, int], int] = defaultdict(int)
    for lon, lat in places:
        counts[round(lon / _LATTICE), round(lat / _LATTICE)] += 1
    rows = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [[round(x * _LATTICE, 3), round(y * _LATTICE, 3), count] for (x, y), count in rows]


def case_map(title: str, drawn: Mapping[str, Any], fonts: Sequence[str], words: str) -> str:
    """The map of `drawn`: `points` as `snapped` makes them, `areas` of name and rings, and those
    `around` them, faint; `words` says how many cases a circle is, with a place for the number.
    Many near ones are one circle."""
    points, around = drawn["points"], drawn.get("around", [])  # those drawn earlier have none
    rings = [ring for area in drawn["areas"] for ring in area["rings"]]
    frame = _frame(points, rings)
    circles = together((*frame.at(lon, lat), count) for lon, lat, count in points)
    most = max((one.cases for one in circles), default=1)
    total = frame.height + _HEAD + _FOOT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {total}" width="{_WIDTH}"'
        f' height="{total}" font-family={quoteattr(", ".join(fonts))} font-size="12">',
        f'<text x="{_WIDTH / 2}" y="18" text-anchor="middle" font-size="14">{escape(title)}</text>',
        f'<clipPath id="in"><rect x="1" y="{_HEAD}" width="{_WIDTH - 2}" height="{frame.height}"/>'
        '</clipPath><g clip-path="url(#in)">',
        f'<rect x="1" y="{_HEAD}" width="{_WIDTH - 2}" height="{frame.height}" fill="#eef1f2"/>',
        *(_area(area, frame, _FAINT) for area in around),
        *(_area(area, frame, _CLEAR) for area in drawn["areas"]),
        *(_circle(one, most) for one in circles),
        *_names(drawn["areas"], around, frame, [_disc(one, most) for one in circles]),
        "</g>",
        f'<rect x="1" y="{_HEAD}" width="{_WIDTH - 2}" height="{frame.height}" fill="none"'
        ' stroke="#888"/>',
        _legend(most, total - _FOOT / 2, words),
        _scale(frame, total - _FOOT / 2),
    ]
    return "".join([*parts, "</svg>"])


def together(points: Iterable[tuple[float, float, int]]) -> list[Circle]:
    """Points that would lie on each other as one circle at their middle, the fullest first; no
    case is lost."""
    found: list[Circle] = []
    for x, y, count in sorted(points, key=lambda one: (-one[2], one[0], one[1])):
        for i, one in enumerate(found):
            if math.hypot(one.x - x, one.y - y) < _TOGETHER:
                both = one.cases + count
                mid = (one.x * one.cases + x * count) / both, (one.y * one.cases + y * count) / both
                found[i] = Circle(round(mid[0], 1), round(mid[1], 1), both)
                break
        else:
            found.append(Circle(x, y, count))
    return sorted(found, key=lambda one: -one.cases)


def nice_metres(most: float) -> int:
    """The longest of 1, 2, 5 × 10ⁿ metres that is not longer than `most`."""
    power = 10 ** math.floor(math.log10(max(most, 1)))
    return int(next(step * power for step in (5, 2, 1) if step * power <= max(most, 1)))


def _frame(points: Sequence[Sequence[float]], rings: Sequence[Sequence[Sequence[float]]]) -> _Frame:
    """What is shown: the cases with some ground around them; outlines only give the background."""
    lons = [one[0] for one in points] or [x for ring in rings for x, _y in ring] or [0.0]
    lats = [one[1] for one in points] or [y for ring in rings for _x, y in ring] or [0.0]
    west, east, south, north = min(lons), max(lons), min(lats), max(lats)
    squeeze = max(math.cos(math.radians((south + north) / 2)), 0.05)
    spare_x = max((east - west) * 0.12, (_SMALLEST - (east - west)) / 2)
    spare_y = max((north - south) * 0.12, (_SMALLEST - (north - south)) / 2)
    west, east, south, north = west - spare_x, east + spare_x, south - spare_y, north + spare_y
    room = _WIDTH - 2 * _EDGE
    scale = min(room / ((east - west) * squeeze), (_HIGHEST - 2 * _EDGE) / (north - south))
    height = max(_LOWEST, min(_HIGHEST, round((north - south) * scale) + 2 * _EDGE))
    across = (room / scale / squeeze - (east - west)) / 2
    down = ((height - 2 * _EDGE) / scale - (north - south)) / 2
    return _Frame(west - across, north + down, scale, squeeze, height)


def _area(area: Mapping[str, Any], frame: _Frame, look: str) -> str:
    lines = "".join(
        "M" + "L".join("{} {}".format(*frame.at(lon, lat)) for lon, lat in ring) + "Z"
        for ring in area["rings"]
    )
    return f'<path d="{lines}" fill-rule="evenodd" {look}/>'


def _names(
    areas: Sequence[Mapping[str, Any]],
    around: Sequence[Mapping[str, Any]],
    frame: _Frame,
    taken: Sequence[Box],
) -> Iterable[str]:
    """The names of the areas, beside the circles; of those around them where there is room."""
    named = [
        Named(area["name"], [[frame.at(*place) for place in ring] for ring in area["rings"]], faint)
        for faint, some in ((False, areas), (True, around))
        for area in some
    ]
    inside = Box(4, _HEAD + 3, _WIDTH - 4, _HEAD + frame.height - 3)
    for label in labels(named, taken, inside):
        yield (
            f'<text x="{label.x:.1f}" y="{label.y + 4:.1f}" text-anchor="middle" stroke="#fff"'
            f' stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
            f' fill="{"#788287" if label.area.yields else "#30383c"}">'
            f"{escape(label.area.name)}</text>"
        )


def _disc(one: Circle, most: int) -> Box:
    radius = _radius(one.cases, most) + 1
    return Box(one.x - radius, one.y - radius, one.x + radius, one.y + radius)


def _radius(count: int, most: int) -> float:
    """Areas of circles are as the numbers; the smallest can still be seen."""
    return round(5 + 15 * math.sqrt(count / max(most, 10)), 1)


def _circle(one: Circle, most: int) -> str:
    radius = _radius(one.cases, most)
    said = (
        f'<text x="{one.x}" y="{one.y + 4}" text-anchor="middle" fill="#fff">{one.cases}</text>'
        if one.cases > 1
        else ""
    )
    return (
        f'<circle cx="{one.x}" cy="{one.y}" r="{radius}" fill="#b3261e" fill-opacity="0.85"'
        f' stroke="#fff"/>{said}'
    )


def _legend(most: int, y: float, words: str) -> str:
    parts, x = [], float(_EDGE)
    for count in dict.fromkeys((1, most)):
        radius = _radius(count, most)
        parts.append(
            f'<circle cx="{x + radius}" cy="{y}" r="{radius}" fill="#b3261e" fill-opacity="0.85"/>'
            f'<text x="{x + 2 * radius + 6}" y="{y + 4}">{escape(words % {"n": count})}</text>'
        )
        x += 2 * radius + 80
    return "".join(parts)


def _scale(frame: _Frame, y: float) -> str:
    metres = nice_metres(140 / frame.scale * _METRES)
    length = metres / _METRES * frame.scale
    said = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    x = _WIDTH - _EDGE - length
    return (
        f'<path d="M{x:.1f} {y - 5}V{y}H{x + length:.1f}V{y - 5}" fill="none" stroke="#333"/>'
        f'<text x="{x + length / 2:.1f}" y="{y + 15}" text-anchor="middle">{said}</text>'
        f'<text x="{x - 20:.1f}" y="{y + 4}" text-anchor="middle">N ↑</text>'
    )
