"""Telling staff on their screens, and writing to residents."""

from linli.notices.services.bounces import note_bounce
from linli.notices.services.messages import retry_message, send_message, write_message
from linli.notices.services.telling import (
    mark_all_read,
    mark_read,
    mark_read_at,
    prune,
    tell,
)
from linli.notices.services.wording import checked_texts, set_quiet_hours, word_message

__all__ = [
    "checked_texts",
    "mark_all_read",
    "mark_read",
    "mark_read_at",
    "note_bounce",
    "prune",
    "retry_message",
    "send_message",
    "set_quiet_hours",
    "tell",
    "word_message",
    "write_message",
]
