"""Telling staff on their screens, and writing to residents."""

from linli.notices.services.messages import retry_message, send_message, write_message
from linli.notices.services.telling import mark_all_read, mark_read, prune, tell

__all__ = [
    "mark_all_read",
    "mark_read",
    "prune",
    "retry_message",
    "send_message",
    "tell",
    "write_message",
]
