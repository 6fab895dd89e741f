"""The bounds of the numbers a city sets; `CaseSettings` holds the same as a constraint."""

from __future__ import annotations

from typing import Final

BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "similar_radius_m": (1, 1000),
    "similar_hours": (1, 8760),
    "rating_days": (1, 90),
    "reopen_days": (1, 365),
    "extensions_most": (1, 2),  # standards §3.4: once or twice
    "extensions_alone": (0, 2),  # so many by one consent; 0: the tier above always consents too
    "extension_percent_most": (10, 100),  # at most one more original limit at once
    "extension_percent_alone": (0, 100),
    "suspension_days": (1, 365),
    "suspension_days_alone": (0, 365),
    "check_distance_m": (10, 5000),
    "contact_days": (30, 1095),
}
