"""Words in files that spreadsheets open: what begins like a formula would be run there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

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


def csv_bytes(head: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """CSV in UTF-8 with the mark that Excel needs to read it so: words are guarded, numbers stay as
    they are, None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([guarded(str(word)) for word in head])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float | Decimal) else guarded(str(value))
