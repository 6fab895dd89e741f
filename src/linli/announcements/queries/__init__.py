"""Announcements as people may see them, and who is meant by one."""

from linli.announcements.queries.lists import (
    announcement_for,
    file_for,
    files_of,
    history_of,
    newest_of,
    own_draft,
    receipt_of,
    receipts_of,
    settings_now,
    still_open,
    to_approve,
    told_to,
    watched,
    written_by,
)
from linli.announcements.queries.people import Meant, Person, approvers_of, people_meant

__all__ = [
    "Meant",
    "Person",
    "announcement_for",
    "approvers_of",
    "file_for",
    "files_of",
    "history_of",
    "newest_of",
    "own_draft",
    "people_meant",
    "receipt_of",
    "receipts_of",
    "settings_now",
    "still_open",
    "to_approve",
    "told_to",
    "watched",
    "written_by",
]
