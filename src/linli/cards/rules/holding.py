"""Whose doing an event of a case is: of a return the unit that sent back, of all others the unit
that had the case then. Pure."""

from __future__ import annotations

from collections.abc import Mapping

GIVING = ("dispatch", "arbitrate")  # moves that give the case to the unit they name


class Holders:
    """Which unit has each case, followed event by event."""

    def __init__(self) -> None:
        self._units: dict[int, int | None] = {}

    def whose(self, case_id: int, move: str, detail: Mapping[str, object]) -> int | None:
        """The unit an event counts for; None where nobody had the case. The events of a case come
        in order, each once."""
        named = detail.get("unit")
        unit = named if isinstance(named, int) else None
        if move in GIVING:
            self._units[case_id] = unit
        return unit if move == "decline" else self._units.get(case_id)
