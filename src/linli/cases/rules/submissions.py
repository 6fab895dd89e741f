"""When two submissions are the same one (ADR 0024)."""

from __future__ import annotations

import hashlib
import json


def submission_key(door: str, form_key: str, *said: object) -> str:
    """The key of a form that was filled in: the form's own one-time key and what it says.

    The same form sent again after a lost answer is the same submission. The same form with other
    words is another: somebody went back in the browser and took the next call in it. Photos count
    by their number, since a browser without scripts sends them anew each time.
    """
    text = json.dumps([form_key, *said], ensure_ascii=False, default=str)
    return f"{door}:{hashlib.sha256(text.encode()).hexdigest()[:48]}"
