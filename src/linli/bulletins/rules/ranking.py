"""Places in a ranking: equal points share one, who has nothing to count has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

DASH: Final = "—"
#: With fewer cases than this the place of a unit says little.
FEW: Final = 5
NOTE_FEW: Final = "少"


def ranked(rows: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Rows (`unit`, `filed`, `points` as text or a dash, …) with `place` and `note`, the best
    points first; those without points last, by name. Text only, as templates take it."""
    known = [one for one in rows if one["points"] != DASH]
    known.sort(key=lambda one: (-float(one["points"]), one["unit"]))
    rest = sorted((one for one in rows if one["points"] == DASH), key=lambda one: one["unit"])
    places: dict[str, int] = {}
    for place, one in enumerate(known, 1):
        places.setdefault(one["points"], place)
    return [
        {
            **{name: str(value) for name, value in one.items()},
            "place": str(places.get(one["points"], DASH)),
            "note": NOTE_FEW if one["filed"] < FEW else "",
        }
        for one in [*known, *rest]
    ]
