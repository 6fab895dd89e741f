"""From the points of the lines to the total, its band and the factor; every step said in words.

Exact: points are decimals of two digits, sums are fractions, and the total is rounded once, half
up, to two digits. The band is that of the rounded total, so that nobody reads 90.00 and gets the
band below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from linli.appraisal.rules.schemes import WHOLE, Band, plain
from linli.evaluation.rules.scoring import DASH, rounded


@dataclass(frozen=True)
class Scored:
    """A line with its points, or None where there is nothing."""

    label: str
    weight: Decimal
    points: Decimal | None


@dataclass(frozen=True)
class Result:
    """The total (None: too little is known), its band, the factor, and the formula in numbers.

    `counts[i]`: the weight that line i carries once the weight of missing ones is spread, in per
    cent; None for a missing line. `brings[i]`: what it brings to the total. `known`: the weight
    that has points.
    """

    total: Decimal | None
    weighted: Decimal | None
    band: Band | None
    factor: Decimal | None
    known: Decimal
    counts: tuple[Decimal | None, ...]
    brings: tuple[Decimal | None, ...]
    formula: str


def result_of(
    lines: Sequence[Scored],
    extras: Sequence[Decimal],
    bands: Sequence[Band],
    share: Decimal,
) -> Result:
    """Weigh the lines that have points (the others' weight is spread over them in proportion), add
    what was added and deducted by hand, keep it within 0 and 100, and find the band.

    With less than half of the weight there is no total: too little would stand for the rest.
    `share`: which part of the pay is appraised, in per cent (R127: 20).
    """
    known = sum((one.weight for one in lines if one.points is not None), Decimal(0))
    weighted = _weighted(lines, known)
    counts = tuple(_spread(one, known) for one in lines)
    brings = tuple(_brought(one, known) for one in lines)
    formula = formula_of(lines, extras, known)
    if weighted is None:
        return Result(None, None, None, None, known, counts, brings, formula)
    exact = weighted + sum((Fraction(one) for one in extras), Fraction(0))
    total = bounded(exact)
    band = band_of(total, bands)
    factor = factor_of(band, share)
    said = f"{formula} = {total}"
    return Result(total, rounded(weighted), band, factor, known, counts, brings, said)


def band_of(total: Decimal, bands: Sequence[Band]) -> Band:
    """The first band whose edge the total reaches; the edge itself belongs to the better band."""
    return next(band for band in bands if total >= band.edge)


def factor_of(band: Band, share: Decimal) -> Decimal:
    """Which part of the whole pay that makes, in per cent: what is not appraised, and of the
    appraised part the band's percent (R127: 80 % + 20 % × factor)."""
    return rounded(Fraction(WHOLE - share) + Fraction(share) * Fraction(band.percent) / 100)


def formula_of(lines: Sequence[Scored], extras: Sequence[Decimal], known: Decimal) -> str:
    """`(15 × 92.00 + 25 × 88.50) ÷ 40 + 2.00 − 1.00`, with the numbers put in."""
    terms = [f"{plain(one.weight)} × {one.points}" for one in lines if one.points is not None]
    if not terms:
        return DASH
    text = f"({' + '.join(terms)}) ÷ {plain(known)}"
    for extra in extras:
        text += f" {'−' if extra < 0 else '+'} {abs(extra)}"
    return text


def share_of(yes: int, asked: int) -> Decimal:
    """A share of people as points of 100."""
    return rounded(Fraction(yes * 100, asked))


def mean_of(total: Decimal, people: int) -> Decimal:
    """The mean of what people gave."""
    return rounded(Fraction(total) / people)


def bounded(points: Fraction) -> Decimal:
    """Points within 0 and 100, of two digits."""
    return rounded(min(max(points, Fraction(0)), Fraction(WHOLE)))


def _weighted(lines: Sequence[Scored], known: Decimal) -> Fraction | None:
    whole = sum((one.weight for one in lines), Decimal(0))
    if not known or known * 2 < whole:
        return None
    summed = sum(
        (Fraction(one.weight) * Fraction(one.points) for one in lines if one.points is not None),
        Fraction(0),
    )
    return summed / Fraction(known)


def _spread(line: Scored, known: Decimal) -> Decimal | None:
    if line.points is None:
        return None
    return rounded(Fraction(line.weight) * 100 / Fraction(known))


def _brought(line: Scored, known: Decimal) -> Decimal | None:
    if line.points is None:
        return None
    return rounded(Fraction(line.weight) * Fraction(line.points) / Fraction(known))
