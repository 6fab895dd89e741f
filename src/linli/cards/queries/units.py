"""Units: to choose from, and their names."""

from __future__ import annotations

from collections.abc import Collection

from linli.staff import queries as staff


def unit_choices() -> list[tuple[int, str]]:
    """Every unit that works, by name. One query."""
    return sorted(((unit.pk, unit.label) for unit in staff.units()), key=lambda pair: pair[1])


def names_of(unit_ids: Collection[int]) -> dict[int, str]:
    """Names of units, retired ones too. One query."""
    return {unit.pk: unit.label for unit in staff.units(active=None).filter(pk__in=unit_ids)}
