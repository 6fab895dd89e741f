"""Shares of a staff without showing anybody: small groups are not told (R44, P1 to P16)."""

from __future__ import annotations

from collections.abc import Mapping

LEAST = 5  # people in a group that may be told


def told(counts: Mapping[str, int], *, least: int = LEAST) -> dict[str, int | None]:
    """The counts that may be told, None for the others.

    A group of 1 to 4 is not; nor, where it alone is not, the next smallest, since the sum would
    tell. Nothing at all is told of fewer than `least` people.
    """
    if sum(counts.values()) < least:
        return dict.fromkeys(counts)
    found: dict[str, int | None] = {
        key: None if 0 < count < least else count for key, count in counts.items()
    }
    hidden = [key for key, count in found.items() if count is None]
    others = [key for key, count in found.items() if count]
    if len(hidden) == 1 and others:
        found[min(others, key=lambda key: (counts[key], key))] = None
    return found
