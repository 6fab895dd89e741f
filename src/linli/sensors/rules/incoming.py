"""What a message of a device or a gateway says: JSON to items, and what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeGuard

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

MOST_READINGS = 1_000
MOST_BYTES = 262_144
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,59}", re.ASCII)
EARLIEST_MS, LATEST_MS = 0, 253_402_300_799_000  # 1970 … 9999
LARGEST = 1e300


class Item(NamedTuple):
    """One reading as it came: the device's code, the moment (None: when it arrived), the value."""

    code: str
    at: int | None
    value: float


class Fault(NamedTuple):
    """Why item `number` of the message (from 0) is no reading."""

    number: int
    code: str
    sentence: str


class Message(NamedTuple):
    """A message read: items by their number in it, and faults."""

    items: dict[int, Item]
    faults: list[Fault]


def read_message(body: bytes, *, device: str = "") -> Message:
    """The readings in `body`: one object, a list, or {"readings": [...]}; for a topic of one
    `device` also a bare number. Raises BadInput for what is none of these."""
    if len(body) > MOST_BYTES:
        raise BadInput(
            _("The message is larger than %(most)d kB. Send fewer readings at once.")
            % {"most": MOST_BYTES // 1024},
            field="body",
        )
    try:
        said = json.loads(body)
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise BadInput(
            _("The message is not JSON. It looks like %(example)s.")
            % {"example": '{"device": "W-001", "value": 4.2, "at": "2026-11-22T08:00:00+08:00"}'},
            field="body",
        ) from None
    each = _listed(said, device)
    if not each or len(each) > MOST_READINGS:
        raise BadInput(
            _("readings: a message holds 1 to %(most)d of them, this one %(count)d.")
            % {"most": MOST_READINGS, "count": len(each)},
            field="readings",
        )
    items: dict[int, Item] = {}
    faults: list[Fault] = []
    for index, one in enumerate(each):
        found = _item(one, device)
        if isinstance(found, Item):
            items[index] = found
        else:
            code = one.get("device") if isinstance(one, Mapping) else None
            faults.append(Fault(index, _shown(device or code), found))
    return Message(items, faults)


def _listed(said: Any, device: str) -> Sequence[Any]:
    if isinstance(said, Mapping) and "readings" in said:
        said = said["readings"]
    if isinstance(said, list):
        return said
    if isinstance(said, Mapping) or (device and _is_number(said)):
        return [said]
    raise BadInput(_("readings is a list of objects with device, value and at."), field="readings")


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_value(value: Any) -> TypeGuard[float]:
    return _is_number(value) and -LARGEST <= value <= LARGEST  # neither NaN nor a whole of no float


def _shown(code: Any) -> str:
    """The code of a fault as it can be kept: NUL and halves of letters no database takes."""
    return "".join(letter for letter in str(code or "")[:60] if letter.isprintable())


def _item(one: Any, device: str) -> Item | str:
    if device and _is_number(one):
        one = {"value": one}
    if not isinstance(one, Mapping):
        return _("A reading is an object with device, value and at.")
    code = device or one.get("device")
    if not isinstance(code, str) or not CODE.fullmatch(code):
        return _("device: the code of the device, such as W-001; letters, digits and . _ : -")
    value = one.get("value")
    if not _is_value(value):
        return _("value: a number.")
    at = one.get("at")
    if at is None:
        return Item(code, None, float(value))
    moment = moment_ms(at)
    if moment is None:
        return _(
            "at: a moment such as 2026-11-22T08:00:00+08:00 with its offset, or seconds since 1970."
        )
    return Item(code, moment, float(value))


def moment_ms(at: Any) -> int | None:
    """Milliseconds since 1970 of ISO 8601 with an offset, or of seconds; None for neither."""
    try:
        if _is_number(at):
            found = round(float(at) * 1000)
        elif isinstance(at, str) and len(at) <= 40:
            parsed = datetime.fromisoformat(at)
            if parsed.tzinfo is None:
                return None
            found = round(parsed.astimezone(UTC).timestamp() * 1000)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return found if EARLIEST_MS <= found <= LATEST_MS else None
