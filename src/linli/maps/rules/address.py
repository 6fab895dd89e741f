"""The address of a tile: zoom, column, row (Web Mercator, rows from the north)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

DEEPEST = 22


class Address(NamedTuple):
    """Zoom 0 … 22, column and row 0 … 2^zoom - 1."""

    z: int
    x: int
    y: int


def parse_address(z: str, x: str, y: str) -> Address:
    """The tile that three texts name. Raises BadInput saying which number is wrong and why."""
    depth = _number("z", z, DEEPEST)
    last = 2**depth - 1
    return Address(depth, _number("x", x, last), _number("y", y, last))


def parse_day(text: str) -> date | None:
    """The day whose borders are meant; None for an empty text. Raises BadInput."""
    if not text:
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadInput(
        _("on is a day such as 2026-11-22, not “%(value)s”.") % {"value": text[:40]}, field="on"
    )


def row_id(text: str, name: str) -> int | None:
    """The number of a row that an address names; None for an empty text. Raises BadInput."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    raise BadInput(
        _("%(name)s is the number of one, not “%(value)s”.") % {"name": name, "value": text[:20]},
        field=name,
    )


def _number(name: str, text: str, last: int) -> int:
    if text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= last:
        return int(text)
    raise BadInput(
        _("%(name)s of a map tile is a number from 0 to %(last)d, not “%(value)s”.")
        % {"name": name, "last": last, "value": text[:20]},
        field=name,
    )
