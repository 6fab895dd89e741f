"""Writing announcements, telling people, and what they do with them."""

from linli.announcements.services.deciding import change_settings
from linli.announcements.services.duty import on_duty, send_message
from linli.announcements.services.publishing import meant_by
from linli.announcements.services.receiving import confirm, note_reading
from linli.announcements.services.upkeep import forget, remind, write_letters
from linli.announcements.services.writing import (
    Text,
    correct,
    decide,
    discard_draft,
    submit,
    withdraw,
    write_draft,
)

__all__ = [
    "Text",
    "change_settings",
    "confirm",
    "correct",
    "decide",
    "discard_draft",
    "forget",
    "meant_by",
    "note_reading",
    "on_duty",
    "remind",
    "send_message",
    "submit",
    "withdraw",
    "write_draft",
    "write_letters",
]
