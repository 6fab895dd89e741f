"""Cells of exported lists: nothing that a spreadsheet would run, nothing that it would garble."""

from __future__ import annotations

# What makes a spreadsheet take a text for a formula (OWASP, CSV injection).
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """`text` as a cell: with an apostrophe before what would be run as a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text
