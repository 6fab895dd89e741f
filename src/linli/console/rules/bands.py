"""How many households a grid should have (R30, R31)."""

from __future__ import annotations

from typing import NamedTuple


class Band(NamedTuple):
    """From `least` to `most` households."""

    least: int
    most: int


TOWN, COUNTRY = Band(200, 500), Band(100, 300)
_COUNTRY_KINDS = frozenset({"rural", "group"})


def band_of(kind: str) -> Band:
    """The band for a kind of grid: 200–500 in town, 100–300 in the country (R30)."""
    return COUNTRY if kind in _COUNTRY_KINDS else TOWN


def out_of_band(kind: str, households: int | None) -> bool:
    """Whether a number of households lies outside; an unknown number does not."""
    if households is None:
        return False
    band = band_of(kind)
    return not band.least <= households <= band.most
