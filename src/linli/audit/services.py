"""Writing the log, and sealing it."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Protocol

from linli.audit.models import AccessLog
from linli.audit.rules import ACTIONS

# The keyed hash of the address this request came from; set by the staff middleware.
came_from: ContextVar[str] = ContextVar("came_from", default="")


class Actor(Protocol):
    """Whoever acts, as far as the log needs to know them."""

    @property
    def pk(self) -> Any: ...


def record(
    *,
    actor: Actor | None,
    action: str,
    object_type: str,
    object_id: object,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
    purpose: str = "",
    post_id: int | None = None,
) -> None:
    """Write that `actor` did `action` to an object, in the transaction of the deed. One query.

    `detail` holds codes, ids and counts, never personal values. `actor` None: not signed in.
    Raises LookupError for an action nobody has registered.
    """
    if action not in ACTIONS:
        raise LookupError(f"Register the action “{action}” in apps.py: ready().")
    AccessLog.objects.create(
        at=now,
        user_id=actor.pk if actor is not None else None,
        post_id=post_id,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        purpose=purpose,
        address=came_from.get(),
        detail=dict(detail or {}),
    )
