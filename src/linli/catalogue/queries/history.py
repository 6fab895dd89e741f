"""Who changed what in the catalogue, when: read from what the database remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a row. `fields` are (name on screen, before, after), only what differs."""

    at: datetime
    kind: str  # insert, update, delete
    verb: str  # the service that did it; empty for a change by hand
    by: str  # the person's name; empty for the program itself
    fields: tuple[tuple[str, Any, Any], ...]


def history_of(row: models.Model) -> list[Change]:
    """The changes of a catalogue row, newest first. Two queries."""
    events_of: Any = row
    events = list(events_of.events.select_related("pgh_context").order_by("pgh_id"))
    contexts = [event.pgh_context.metadata if event.pgh_context else {} for event in events]
    ids = {meta["actor"] for meta in contexts if meta.get("actor") is not None}
    names = {user.pk: str(user) for user in get_user_model()._default_manager.filter(pk__in=ids)}
    changes = []
    before: Any = None
    for event, meta in zip(events, contexts, strict=True):
        changes.append(
            Change(
                at=event.pgh_created_at,
                kind=event.pgh_label,
                verb=meta.get("verb", ""),
                by=names.get(meta.get("actor"), ""),
                fields=_differences(before, event),
            )
        )
        before = event
    return changes[::-1]


def _differences(before: Any, after: Any) -> tuple[tuple[str, Any, Any], ...]:
    found = []
    for field in after._meta.concrete_fields:
        if field.name.startswith("pgh_") or field.name == "id":
            continue
        old = getattr(before, field.attname) if before is not None else None
        new = getattr(after, field.attname)
        if old != new:
            found.append((str(field.verbose_name), old, new))
    return tuple(found)
