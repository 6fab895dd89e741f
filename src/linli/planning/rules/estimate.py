"""Households of buildings whose doors nobody has counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linli.territory.rules.coverage import Floats, Ints

HOME_M2 = 110.0  # floor space, stairs and walls included, of one household
_SHED_M2 = 25.0  # nobody lives in what is smaller


def estimated_homes(
    ground_m2: Floats, floors: Sequence[float], *, known: Floats, total: int | None = None
) -> Ints:
    """Whole households of every building: `known` where it is not 0, else by floor space.

    With `total` the estimates are scaled so that everything adds up to it (largest remainders).
    """
    space = np.where(ground_m2 >= _SHED_M2, ground_m2, 0.0) * np.asarray(floors, float)
    counted = known > 0
    guess = np.where(counted, 0.0, space / HOME_M2)
    left = None if total is None else max(0.0, total - float(known.sum()))
    if left is not None and guess.sum() > 0:
        guess = guess * (left / guess.sum())
    whole = np.floor(guess + 1e-9)
    missing = round(float(guess.sum())) - int(whole.sum())
    if missing > 0:
        order = np.lexsort((np.arange(len(guess)), whole - guess))
        whole[order[:missing]] += 1
    homes: Ints = np.where(counted, known, whole).astype(np.int64)
    return homes
