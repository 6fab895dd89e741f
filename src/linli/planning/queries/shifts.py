"""What redrawn outlines mean for homes and buildings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import shapely

from linli.kernel.errors import Refused
from linli.planning.queries.inputs import inputs_for
from linli.planning.rules.shifts import shares, shifted
from linli.territory.models import Region

_CUT = 0.05  # of a building's ground in a second grid, as the topology report has it


class Shift(NamedTuple):
    """Households after a change by key (only of areas that change and are known), and how many
    buildings would lie in several areas that lay in one."""

    households: dict[str, int]
    buildings_cut: int


def shift_of(
    community: Region,
    *,
    on: date,
    households: Mapping[str, int | None],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    changed: Mapping[str, Any],
) -> Shift:
    """How homes and buildings fare when `before` becomes `after` (degrees). Six queries."""
    old = {key: before[key] for key in changed if key in before}
    new = {key: shape for key, shape in changed.items() if shape is not None}
    try:
        inputs = inputs_for(community, on=on)
    except Refused:  # nothing is known to stand there
        parts = shares(old, new, places=np.array([], dtype=object), homes=[])
        return Shift(shifted(households, parts), 0)
    shapes = np.array([one.shape for one in inputs.buildings], dtype=object)
    homes = [one.households for one in inputs.buildings]
    metres = [
        {key: inputs.plane.metres(shape) for key, shape in areas.items()}
        for areas in (old, new, before, after)
    ]
    parts = shares(*metres[:2], places=shapely.point_on_surface(shapes), homes=homes)
    cut = _cut(shapes, metres[3]) - _cut(shapes, metres[2])
    return Shift(shifted(households, parts), len(cut))


def _cut(shapes: Any, areas: Mapping[str, Any]) -> set[int]:
    """The buildings with ground in several areas."""
    if not areas:
        return set()
    outlines = np.array(list(areas.values()), dtype=object)
    building, area = shapely.STRtree(outlines).query(shapes, predicate="intersects")
    sizes = shapely.area(shapely.intersection(shapes[building], outlines[area]))
    real = sizes >= np.maximum(1.0, _CUT * shapely.area(shapes[building]))
    found, count = np.unique(building[real], return_counts=True)
    return set(found[count > 1].tolist())
