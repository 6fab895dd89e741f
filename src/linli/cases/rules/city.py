"""The bounds of the numbers a city sets; `CaseSettings` holds the same as a constraint."""

from __future__ import annotations

from typing import Final

BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "similar_radius_m": (1, 1000),
    "similar_hours": (1, 8760),
    "rating_days": (1, 90),
    "reopen_days": (1, 365),
    "suspension_days": (1, 365),
    "check_distance_m": (10, 5000),
    "contact_days": (30, 1095),
}
