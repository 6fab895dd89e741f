"""The token of a report that is answered with one: made anew from a key outside the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_FORM = re.compile(r"([0-9]{1,18})-([0-9]{1,5})-([a-z2-7]{20})", re.ASCII)


def request_token(key: bytes, *, case_id: int, report_number: int) -> str:
    """`123-1-` and 20 letters that only this installation can make."""
    digest = hmac.new(key, f"open311:{case_id}:{report_number}".encode(), hashlib.sha256).digest()
    return f"{case_id}-{report_number}-{base64.b32encode(digest).decode().lower()[:20]}"


def parsed_token(key: bytes, token: str) -> tuple[int, int] | None:
    """(case id, number of the report) of a token of ours, else None."""
    found = _FORM.fullmatch(token)
    if found is None:
        return None
    case_id, number = int(found[1]), int(found[2])
    made = request_token(key, case_id=case_id, report_number=number)
    return (case_id, number) if hmac.compare_digest(made, token) else None
