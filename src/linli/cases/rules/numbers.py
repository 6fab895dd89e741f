"""The case number: readable, unique, checkable, issued without a lock (design §5).

`20261122-000123-7`: the day of the report, the case's id (at least six digits), a check digit by
ISO/IEC 7064 MOD 11,10 over all digits before it. The id comes from a sequence, so nobody waits for
anybody, and a number leads straight to its row.
"""

from __future__ import annotations

from datetime import date


def case_number(case_id: int, reported_on: date) -> str:
    """The number of case `case_id`, reported on that local day."""
    digits = f"{reported_on:%Y%m%d}{case_id:06d}"
    return f"{digits[:8]}-{digits[8:]}-{_check_digit(digits)}"


def parse_case_number(text: str) -> tuple[int, date] | None:
    """(case id, day) when `text` is a number with a right check digit, else None.

    Hyphens and spaces may be left out, as people write them down.
    """
    digits = "".join(c for c in text if c not in "- \u3000\u2010\u2011\u2012\u2013\u2014")
    if not (15 <= len(digits) <= 28 and digits.isascii() and digits.isdigit()):
        return None
    body, check = digits[:-1], digits[-1]
    if _check_digit(body) != check:
        return None
    try:
        day = date(int(body[:4]), int(body[4:6]), int(body[6:8]))
    except ValueError:
        return None
    case_id = int(body[8:])
    if case_id == 0 or case_id >= 2**63 or (len(body) > 14 and body[8] == "0"):
        return None
    return case_id, day


def _check_digit(digits: str) -> str:
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)
