"""Units to choose from."""

from __future__ import annotations

from linli.staff import queries as staff


def unit_choices() -> list[tuple[int, str]]:
    """Every unit that works, by name. One query."""
    return sorted(((unit.pk, unit.label) for unit in staff.units()), key=lambda pair: pair[1])
