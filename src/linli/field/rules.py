"""What a worker says most often, in one tap."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PHRASES: dict[str, str | Promise] = {
    "danger": _("Dangerous for passers-by"),
    "blocks": _("Blocks the way"),
    "large": _("Covers a large area"),
    "days": _("Has been like this for days"),
    "again": _("Came back after it was cleared"),
    "complaint": _("Residents have complained"),
}
DONE_PHRASES: dict[str, str | Promise] = {
    "cleared": _("Cleared on the spot"),
    "moved": _("Persuaded to move away"),
    "mended": _("Mended on the spot"),
    "warned": _("Secured and marked"),
}


def in_words(chosen: Iterable[str], phrases: dict[str, str | Promise], words: str) -> str:
    """The chosen phrases, then what was typed: “Blocks the way; in front of no. 3”."""
    parts = [str(phrases[code]) for code in chosen if code in phrases]
    if words.strip():
        parts.append(words.strip())
    return "；".join(parts)
