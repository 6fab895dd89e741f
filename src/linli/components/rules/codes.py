"""Component codes (部件标识码), digit by digit (standards §3.1).

Sixteen digits: district 6, class 4 (major 2, minor 2), running number 6. A code is kept as the
number it is: it fits a bigint, is the key of its row, and a district or a class in a district is
one range of keys.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import NamedTuple

from django.utils.translation import gettext as _

from linli.territory.rules.codes import PROVINCES

DIGITS = 16
LEAST, BEYOND = 11 * 10**14, 83 * 10**14  # provinces 11 to 82
_IN_LINK = re.compile(r"/c/([0-9]{16})/?$")  # what the QR code of a label says
CLASS_MARK = "C"  # the catalogue's letter for classes of components


class Parts(NamedTuple):
    """What a code says: the district's six digits, the class (“C0101”), the running number."""

    district: str
    class_code: str
    number: int


def text_of(code: int) -> str:
    """The code as people write it."""
    return f"{code:016d}"


def parts_of(code: int) -> Parts:
    """A code taken apart."""
    text = text_of(code)
    return Parts(text[:6], CLASS_MARK + text[6:10], int(text[10:]))


def code_of(district: str, class_code: str, number: int) -> int:
    """The code of the `number`th component of a class in a district. Raises ValueError."""
    digits = class_code.removeprefix(CLASS_MARK)
    if len(district) != 6 or len(digits) != 4 or not 1 <= number <= 999_999:
        raise ValueError(f"{district} {class_code} {number} make no component code.")
    return int(f"{district}{digits}{number:06d}")


def parse_code(text: str) -> int | None:
    """The code in what somebody typed or scanned (the link on a label holds it too), or None."""
    compact = "".join(text.split())
    if link := _IN_LINK.search(compact):
        compact = link[1]
    return int(compact) if not code_faults(compact) else None


def range_of(prefix: str) -> tuple[int, int]:
    """The codes that begin with `prefix`: from the first, up to and without the second."""
    rest = 10 ** (DIGITS - len(prefix))
    first = int(prefix) * rest
    return first, first + rest


def code_faults(
    code: str, *, district: str | None = None, classes: Container[str] | None = None
) -> list[str]:
    """What is wrong with a code, one sentence for each group of digits; empty if it is well formed.

    `district` are the six digits of the place it lies in, `classes` the codes of the catalogue.
    """
    if len(code) != DIGITS:
        return [
            _("The code must have 16 digits, not %(length)d: district, class, running number.")
            % {"length": len(code)}
        ]
    wrong = [at for at, one in enumerate(code, start=1) if not (one.isascii() and one.isdigit())]
    if wrong:
        return [
            _("Character %(at)d (%(character)s) of the code is not a digit.")
            % {"at": at, "character": code[at - 1]}
            for at in wrong
        ]
    faults = []
    if code[:2] not in PROVINCES:
        faults.append(_("Digits 1–2 (%(digits)s) name no province.") % {"digits": code[:2]})
    elif district is not None and code[:6] != district:
        faults.append(
            _("Digits 1–6 (%(digits)s) are not those of the district it lies in (%(district)s).")
            % {"digits": code[:6], "district": district}
        )
    if classes is not None and CLASS_MARK + code[6:10] not in classes:
        faults.append(
            _("Digits 7–10 (%(digits)s) name no class of components in the catalogue.")
            % {"digits": code[6:10]}
        )
    if code[10:] == "000000":
        faults.append(_("Digits 11–16 (000000) must be a running number from 000001 to 999999."))
    return faults
