"""How good a model is on texts it never saw, and whether one is worse than another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from linli.suggestions.rules.linear import Model
from linli.suggestions.rules.training import Example

TOLERATED = 0.005  # of macro-F1: less is noise
DOUBT = 0.05
_BINS = 10


@dataclass(frozen=True)
class LabelFigures:
    """Of one label: held-out texts with it, how many were found, how many were said to be it."""

    label: str
    texts: int
    found: int
    said: int

    @property
    def precision(self) -> float:
        return self.found / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        return self.found / self.texts if self.texts else 0.0

    @property
    def f1(self) -> float:
        both = self.texts + self.said
        return 2 * self.found / both if both else 0.0


@dataclass(frozen=True)
class Figures:
    """Of a model on held-out texts; `right` tells of each text whether the first guess was it.

    `calibration_error`: how far confidences are from shares of being right (ECE, ten bins).
    """

    texts: int
    accuracy: float
    top3: float
    macro_f1: float
    calibration_error: float
    labels: tuple[LabelFigures, ...]
    right: tuple[bool, ...]


def measure(model: Model, examples: Sequence[Example]) -> Figures:
    """Judge `examples`; macro-F1 is the mean over the labels that occur among them."""
    if not examples:
        return Figures(0, 0.0, 0.0, 0.0, 0.0, (), ())
    wanted, said, found = Counter[str](), Counter[str](), Counter[str]()
    right, sure, among = [], [], 0
    for one in examples:
        shares = model.shares(one.counts())
        order = np.argsort(-shares)[:3]
        best = model.labels[int(order[0])]
        hit = best == one.label
        wanted[one.label] += 1
        said[best] += 1
        found[best] += hit
        right.append(hit)
        sure.append(float(shares[order[0]]))
        among += one.label in {model.labels[int(n)] for n in order}
    rows = tuple(
        LabelFigures(label, wanted[label], found[label], said[label]) for label in sorted(wanted)
    )
    return Figures(
        texts=len(examples),
        accuracy=sum(right) / len(right),
        top3=among / len(examples),
        macro_f1=sum(row.f1 for row in rows) / len(rows),
        calibration_error=_calibration_error(sure, right),
        labels=rows,
        right=tuple(right),
    )


def _calibration_error(sure: Sequence[float], right: Sequence[bool]) -> float:
    said, hit = np.array(sure), np.array(right, dtype=float)
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    off = [
        (bins == n).sum() * abs(said[bins == n].mean() - hit[bins == n].mean())
        for n in np.unique(bins)
    ]
    return float(sum(off) / len(said))


def is_worse(new: Figures, old: Figures) -> bool:
    """Whether `new` is worse than `old` on the same texts by more than noise.

    Both have to say so: the mean over labels, which rare ones sway, and the sign test over texts on
    which exactly one of them is right. A loss of a twentieth of the mean is worse in any case.
    """
    if len(new.right) != len(old.right):
        raise ValueError("figures of different texts cannot be compared")
    lost = old.macro_f1 - new.macro_f1
    if lost <= TOLERATED:
        return False
    only_old = sum(o and not n for n, o in zip(new.right, old.right, strict=True))
    only_new = sum(n and not o for n, o in zip(new.right, old.right, strict=True))
    return lost > 0.05 or chance(only_old, only_new) < DOUBT


def chance(more: int, less: int) -> float:
    """How likely chance alone gives at least `more` of `more` + `less` (one-sided sign test)."""
    all_of = more + less
    if all_of > 1000:  # the normal curve is as good
        from math import erfc, sqrt

        return erfc((more - all_of / 2 - 0.5) / sqrt(all_of / 2)) / 2
    return sum(comb(all_of, k) for k in range(more, all_of + 1)) / 2.0**all_of
