"""Who else hears that grids have been somebody else's since a moment that has passed already.

Packages above that count by whose ground it was sign in from `apps.py: ready()`; they are called in
the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

Listener = Callable[[Collection[int], datetime], None]
_listeners: list[Listener] = []


def when_backdated(listener: Listener) -> None:
    """Call `listener` with the ids of the grids, and since when they have been another's."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(grid_ids: Collection[int], since: datetime, *, now: datetime) -> None:
    """Call whoever has signed in, if `since` has passed."""
    if grid_ids and since < now:
        for listener in _listeners:
            listener(grid_ids, since)
