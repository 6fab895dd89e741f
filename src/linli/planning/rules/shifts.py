"""Households that go along when ground changes hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from linli.territory.rules.coverage import Floats

Outlines = Mapping[str, Any]


def held(places: Any, outlines: Outlines) -> list[str]:
    """The key of the area each place lies in, "" for none; where several do, the first by key."""
    keys = sorted(outlines)
    found = [""] * len(places)
    tree = shapely.STRtree([outlines[key] for key in keys])
    for place, at in sorted(tree.query(places, predicate="intersects").T.tolist(), reverse=True):
        found[place] = keys[at]
    return found


def shares(
    before: Outlines, after: Outlines, *, places: Any, homes: Sequence[float]
) -> dict[tuple[str, str], float]:
    """Which part of an area's homes lies in which area afterwards, by (before, after).

    By the homes of the buildings that stand there; by ground where none stand.
    """
    sums: dict[tuple[str, str], float] = {}
    were, are = held(places, before), held(places, after)
    for was, now, count in zip(were, are, homes, strict=True):
        if was:
            sums[was, now] = sums.get((was, now), 0.0) + count
    for key, shape in before.items():
        if sum(count for (was, _now), count in sums.items() if was == key) <= 0:
            for now, other in after.items():
                sums[key, now] = float(shapely.intersection(shape, other).area)
    totals: dict[str, float] = {}
    for (was, _now), count in sums.items():
        totals[was] = totals.get(was, 0.0) + count
    return {pair: count / totals[pair[0]] for pair, count in sums.items()
            if count > 0 and totals[pair[0]] > 0}  # fmt: skip


def shifted(
    households: Mapping[str, int | None], parts: Mapping[tuple[str, str], float]
) -> dict[str, int]:
    """Households by key after the change; the sum stays as far as it stays within the areas
    (largest remainders). Areas of unknown size give nothing."""
    amounts: dict[str, float] = {}
    for (was, now), part in sorted(parts.items()):
        count = households.get(was)
        if count is not None and now:
            amounts[now] = amounts.get(now, 0.0) + count * part
    keys = sorted(amounts)
    exact: Floats = np.array([amounts[key] for key in keys], float)
    whole = np.floor(exact + 1e-9)
    missing = round(float(exact.sum())) - int(whole.sum())
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: max(0, missing)]] += 1
    return {key: int(count) for key, count in zip(keys, whole.tolist(), strict=True)}
