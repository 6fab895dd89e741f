"""Where names stand on a map: inside their area, on no circle and no other name if that can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

Point = tuple[float, float]
Ring = Sequence[Point]
_STEP = 14  # px between the places that are tried
_LINE = 16  # px a name is high
_LETTER, _NARROW = 12.5, 7.0  # px a letter is wide: a Chinese one, one of the first 128
_COVERED = 10_000.0  # worse than any distance on the picture


class Box(NamedTuple):
    """A part of the picture, in px."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Box) -> bool:
        return (
            self.left <= other.left and self.top <= other.top
            and self.right >= other.right and self.bottom >= other.bottom
        )  # fmt: skip

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right
            and self.top < other.bottom and other.top < self.bottom
        )  # fmt: skip


class Named(NamedTuple):
    """An area to be named; one that `yields` has no name rather than one on something else."""

    name: str
    rings: Sequence[Ring]
    yields: bool = False


class Label(NamedTuple):
    """A name, and the middle of its line."""

    area: Named
    x: float
    y: float

    @property
    def box(self) -> Box:
        wide = sum(_NARROW if one.isascii() else _LETTER for one in self.area.name) / 2
        return Box(self.x - wide, self.y - _LINE / 2, self.x + wide, self.y + _LINE / 2)


def labels(areas: Sequence[Named], taken: Sequence[Box], frame: Box) -> list[Label]:
    """A label for each area of which something is in the frame, in the given order: as near to the
    middle of what is seen of it as is free."""
    found: list[Label] = []
    for area in areas:
        places = list(_inside(area.rings, frame))
        if not places:
            continue
        middle = _middle(places)
        full = [*taken, *(one.box for one in found)]
        cost, best = min(
            (_cost(one, middle, full, frame), one) for one in (Label(area, *at) for at in places)
        )
        if cost < _COVERED or not area.yields:
            found.append(best)
    return found


def _cost(label: Label, middle: Point, full: Sequence[Box], frame: Box) -> float:
    box = label.box
    faults = sum(box.meets(one) for one in full) + (not frame.holds(box))
    return faults * _COVERED + (label.x - middle[0]) ** 2 / 100 + (label.y - middle[1]) ** 2 / 100


def _middle(places: Sequence[Point]) -> Point:
    count = len(places)
    return sum(x for x, _y in places) / count, sum(y for _x, y in places) / count


def _inside(rings: Sequence[Ring], frame: Box) -> Iterator[Point]:
    """Places of a lattice that lie in the area and in the frame."""
    corners = [one for ring in rings for one in ring]
    if not corners:
        return
    left, right = min(x for x, _y in corners), max(x for x, _y in corners)
    y = max(frame.top, min(y for _x, y in corners)) + _STEP / 2
    lowest = min(frame.bottom, max(y for _x, y in corners))
    while y < lowest:
        crossings = sorted(_crossings(rings, y))
        x = max(frame.left, left) + _STEP / 2
        while x < min(frame.right, right):
            if sum(one < x for one in crossings) % 2:
                yield x, y
            x += _STEP
        y += _STEP


def _crossings(rings: Sequence[Ring], y: float) -> Iterator[float]:
    """Where the outlines cross a height."""
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > y) != (y2 > y):
                yield x1 + (y - y1) * (x2 - x1) / (y2 - y1)
