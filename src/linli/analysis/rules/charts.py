"""Answers as drawings: numbers in, places on the drawing out. The table stands beside each."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

WIDTH, HEIGHT = 1000.0, 300.0  # of a trend; it is stretched, its words stand outside
MOST_SLICES, MOST_BARS, MOST_SERIES = 7, 30, 5
CLASSES, MOST_NAMES = 5, 40  # of a map; more names would lie on each other
FEWEST = 3  # a cell of the heat map with fewer cases could point at a person (requirements P10)
_SIDE = 640.0  # of a map


class Bar(NamedTuple):
    """A row: its length and that of the period before, in per cent of the longest."""

    place: int
    width: float
    before: float | None


class Slice(NamedTuple):
    """A part of a pie. `places`: the rows in it; `path` is empty for a whole pie."""

    places: tuple[int, ...]
    path: str
    share: Fraction
    tone: int


class Tick(NamedTuple):
    """A line across a trend: its height in per cent from the top, its value."""

    top: float
    value: float


class Series(NamedTuple):
    """A line of a trend; what cannot be counted breaks it."""

    tone: int
    runs: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]  # runs of one point are no line


class Trend(NamedTuple):
    series: tuple[Series, ...]
    ticks: tuple[Tick, ...]


class Shape(NamedTuple):
    """An area of a map: its id, its path, its class from 1 (least) to 5, 0 for nothing to count;
    the middle of its largest piece, where its name can stand."""

    id: int
    path: str
    shade: int
    middle: tuple[float, float]


class Square(NamedTuple):
    """A cell of the heat map."""

    x: float
    y: float
    width: float
    height: float
    shade: int
    cases: int


class Drawing(NamedTuple):
    """A map: its view box, its areas, its cells, the least value of each class."""

    box: str
    shapes: tuple[Shape, ...]
    squares: tuple[Square, ...] = ()
    edges: tuple[Fraction, ...] = ()
    hidden: int = 0


Numbers = Sequence[int | Fraction | None]


def bars(values: Numbers, before: Numbers | None = None) -> list[Bar]:
    """The first rows as bars."""
    old: Numbers = before if before is not None else [None] * len(values)
    longest = max((v for v in (*values, *old) if v is not None), default=0) or 1
    found = []
    for place, (value, past) in enumerate(zip(values[:MOST_BARS], old, strict=False)):
        length = None if past is None else round(float(past / longest * 100), 2)
        found.append(Bar(place, round(float((value or 0) / longest * 100), 2), length))
    return found


def slices(values: Numbers) -> list[Slice]:
    """Counts as parts of a whole: the largest, and the others together."""
    counts = sorted(((v, n) for n, v in enumerate(values) if v), key=lambda pair: -pair[0])
    total = sum((Fraction(v) for v, _n in counts), Fraction(0))
    if not total:
        return []
    most = MOST_SLICES if len(counts) <= MOST_SLICES else MOST_SLICES - 1
    groups: list[tuple[tuple[int, ...], Fraction]]
    groups = [((n,), Fraction(v)) for v, n in counts[:most]]
    if rest := counts[most:]:
        groups.append(
            (tuple(n for _v, n in rest), sum((Fraction(v) for v, _n in rest), Fraction()))
        )
    found, begun = [], Fraction(0)
    for tone, (places, amount) in enumerate(groups):
        share = amount / total
        path = "" if share == 1 else _wedge(float(begun), float(begun + share))
        found.append(Slice(places, path, share, tone))
        begun += share
    return found


def _wedge(begins: float, ends: float) -> str:
    """A piece of the circle around 0 with radius 100, clockwise from the top."""

    def at(share: float) -> str:
        angle = 2 * math.pi * share
        return f"{100 * math.sin(angle):.2f},{-100 * math.cos(angle):.2f}"

    large = 1 if ends - begins > 0.5 else 0
    return f"M0,0L{at(begins)}A100,100 0 {large} 1 {at(ends)}Z"


def trend(lines: Sequence[Numbers]) -> Trend:
    """Lines over the same steps, from zero up."""
    top = max((float(v) for line in lines for v in line if v is not None), default=0.0) or 1.0
    marks = _round_steps(top)
    high = max(top, marks[-1])
    steps = max((len(line) for line in lines), default=0)

    def place(n: int, value: int | Fraction) -> tuple[float, float]:
        across = WIDTH / 2 if steps < 2 else n * WIDTH / (steps - 1)
        return round(across, 1), round(HEIGHT * (1 - float(value) / high), 1)

    series = []
    for tone, line in enumerate(lines[:MOST_SERIES]):
        runs: list[list[tuple[float, float]]] = [[]]
        for n, value in enumerate(line):
            if value is None:
                runs.append([])
            else:
                runs[-1].append(place(n, value))
        drawn = tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1)
        series.append(Series(tone, drawn, tuple(run[0] for run in runs if len(run) == 1)))
    ticks = tuple(Tick(round(100 * (1 - mark / high), 2), mark) for mark in marks)
    return Trend(tuple(series), ticks)


def _round_steps(top: float) -> list[float]:
    """Zero and round numbers up to the first that is not below `top`."""
    raw = top / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= raw * 0.999)
    return [round(n * step, 9) for n in range(math.ceil(top / step - 1e-9) + 1)]


def shades(
    values: Mapping[Any, int | Fraction | None],
) -> tuple[dict[Any, int], tuple[Fraction, ...]]:
    """Each value's class, as many in each as can be; and the least value of each class."""
    known = sorted(Fraction(v) for v in values.values() if v is not None)
    edges: list[Fraction] = []
    for n in range(CLASSES):
        if known and (edge := known[len(known) * n // CLASSES]) not in edges:
            edges.append(edge)
    found = {}
    for key, value in values.items():
        reached = 0 if value is None else sum(value >= edge for edge in edges)
        # Few classes take the darker tones of the five: the most is always the darkest.
        found[key] = reached and CLASSES - len(edges) + reached
    return found, tuple(edges)


class _Plane(NamedTuple):
    """Where degrees lie on the drawing: as wide as they are at their latitude."""

    west: float
    north: float
    scale: float
    narrow: float

    def x(self, lon: float) -> float:
        return round((lon - self.west) * self.narrow * self.scale, 1)

    def y(self, lat: float) -> float:
        return round((self.north - lat) * self.scale, 1)


def choropleth(outlines: str, values: Mapping[int, int | Fraction | None]) -> Drawing | None:
    """A map of `outlines` (GeoJSON) shaded by `values`; None without an outline."""
    features = json.loads(outlines)["features"]
    plane, box = _plane(features)
    if plane is None:
        return None
    found, edges = shades(values)
    shapes = tuple(_shape(one, plane, found.get(one["id"], 0)) for one in features)
    return Drawing(box, shapes, (), edges)


def heat(
    outlines: str, cells: Mapping[tuple[int, int], int], *, side: tuple[float, float]
) -> Drawing | None:
    """A map of cells: `cells` are counts by column and row of cells that are `side` degrees wide
    and high from (0°, 0°). Those with too few are left out and said to be."""
    features = json.loads(outlines)["features"]
    kept = {key: n for key, n in cells.items() if n >= FEWEST}
    corners = [(x * side[0], y * side[1]) for x, y in kept]
    corners += [((x + 1) * side[0], (y + 1) * side[1]) for x, y in kept]
    plane, box = _plane(features, corners)
    if plane is None:
        return None
    found, edges = shades(kept)
    squares = tuple(
        Square(
            plane.x(x * side[0]), plane.y((y + 1) * side[1]),
            round(side[0] * plane.narrow * plane.scale, 1), round(side[1] * plane.scale, 1),
            found[x, y], n,
        )
        for (x, y), n in sorted(kept.items())
    )  # fmt: skip
    shapes = tuple(_shape(one, plane, 0) for one in features)
    hidden = sum(n for n in cells.values() if n < FEWEST)
    return Drawing(box, shapes, squares, edges, hidden)


def coarser(
    cells: Mapping[tuple[int, int], int], most: int
) -> tuple[dict[tuple[int, int], int], int]:
    """The cells put together until there are at most `most` in a row; how many to a side."""
    if not cells:
        return {}, 1
    across = max(x for x, _y in cells) - min(x for x, _y in cells) + 1
    down = max(y for _x, y in cells) - min(y for _x, y in cells) + 1
    times = max(1, math.ceil(max(across, down) / most))
    found: dict[tuple[int, int], int] = {}
    for (x, y), n in cells.items():
        key = (x // times, y // times)
        found[key] = found.get(key, 0) + n
    return found, times


def _plane(
    features: Sequence[Mapping[str, Any]], corners: Sequence[tuple[float, float]] = ()
) -> tuple[_Plane | None, str]:
    points = [*corners, *(p for one in features for ring in _rings(one["geometry"]) for p in ring)]
    if not points:
        return None, ""
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    narrow = math.cos(math.radians((south + north) / 2))
    wide, high = (east - west) * narrow, north - south
    plane = _Plane(west, north, _SIDE / (max(wide, high) or 1e-6), narrow)
    return plane, f"-4 -4 {wide * plane.scale + 8:.0f} {high * plane.scale + 8:.0f}"


def _rings(geometry: Mapping[str, Any]) -> list[list[list[float]]]:
    parts = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        parts = [parts]
    return [ring for polygon in parts for ring in polygon]


def _shape(feature: Mapping[str, Any], plane: _Plane, shade: int) -> Shape:
    geometry = feature["geometry"]
    middles = [_middle([(plane.x(p[0]), plane.y(p[1])) for p in r]) for r in _rings(geometry)]
    _area, x, y = max(middles)
    return Shape(feature["id"], _path(geometry, plane), shade, (round(x, 1), round(y, 1)))


def _middle(ring: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The area of a ring and the middle of it (of its corners, where it has no area)."""
    x0, y0 = ring[0]
    doubled = across = down = 0.0
    for (x1, y1), (x2, y2) in pairwise((x - x0, y - y0) for x, y in ring):
        part = x1 * y2 - x2 * y1
        doubled += part
        across += (x1 + x2) * part
        down += (y1 + y2) * part
    if not doubled:
        return 0.0, sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
    return abs(doubled) / 2, x0 + across / (3 * doubled), y0 + down / (3 * doubled)


def _path(geometry: Mapping[str, Any], plane: _Plane) -> str:
    return "".join(
        "M" + "L".join(f"{plane.x(p[0])},{plane.y(p[1])}" for p in ring[:-1]) + "Z"
        for ring in _rings(geometry)
    )
