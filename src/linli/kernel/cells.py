"""Words in files that spreadsheets open: what begins like a formula would be run there."""

from __future__ import annotations

# What makes a spreadsheet take a text for a formula (OWASP, CSV injection).
_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(text: str) -> str:
    """`text` behind an apostrophe, if a spreadsheet would take it for a formula. `unguarded` takes
    it away again, from every text that this gives."""
    return f"'{text}" if text.lstrip("'").startswith(_MARKS) else text


def unguarded(text: str) -> str:
    """`text` without the apostrophe that only kept a spreadsheet from counting."""
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(_MARKS) else text


def unmistakable(text: str) -> str:
    """`text` for files that guard nothing, such that `unguarded` gives it back."""
    return text if unguarded(text) == text else f"'{text}"
