"""Units: to choose from, and their names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from linli.staff import queries as staff
from linli.staff.models import Unit


def unit_choices() -> list[tuple[int, str]]:
    """Every unit that works, by name. One query."""
    return sorted(_told_apart(staff.units()).items(), key=lambda pair: pair[1])


def names_of(unit_ids: Collection[int]) -> dict[int, str]:
    """Names of units, retired ones too. One query."""
    return _told_apart(staff.units(active=None).filter(pk__in=unit_ids))


def _told_apart(units: Iterable[Unit]) -> dict[int, str]:
    """Names; those that several units have with their codes."""
    found = list(units)
    often = Counter(unit.label for unit in found)
    return {
        unit.pk: unit.label if often[unit.label] == 1 else f"{unit.label} ({unit.code})"
        for unit in found
    }
