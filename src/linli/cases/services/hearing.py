"""Who else hears of every event of a case, in the statement that writes it.

Packages above sign in from `apps.py: ready()`. What they add to the batch stands or falls with the
event; people wait for that statement, so they ask the database nothing of their own.
"""

from __future__ import annotations

from collections.abc import Callable

from linli.cases.models import Case, CaseEvent
from linli.kernel.rows import Batch

Listener = Callable[[Case, CaseEvent, Batch], None]
_listeners: list[Listener] = []


def when_written(listener: Listener) -> None:
    """Call `listener` with each case, its new event and the batch that will write them."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(case: Case, event: CaseEvent, batch: Batch) -> None:
    """Call whoever has signed in. No query."""
    for listener in _listeners:
        listener(case, event, batch)
