"""What providers tell of messages that did not arrive."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

MOST_BYTES = 64 * 1024
MOST = 100  # in one call
MOST_WORDS = 120
_ADDRESS = re.compile(r"\S+@\S+|\d{7,}")  # in what a provider says: nothing to keep


class Bounce(NamedTuple):
    """A message that came back, and why, without the address."""

    message: uuid.UUID
    says: str


def bounces_of(body: bytes) -> list[Bounce]:
    """The bounces of `[{"id": …, "reason": …}]`, or of one such object. Raises BadInput naming the
    field and what to put there."""
    if len(body) > MOST_BYTES:
        raise BadInput(_("The body is too large: at most 64 kB."), field="body")
    try:
        given = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise BadInput(_("The body is no JSON in UTF-8."), field="body") from None
    rows = given if isinstance(given, list) else [given]
    if not 1 <= len(rows) <= MOST:
        raise BadInput(_("Tell of 1 to %(most)d messages at once.") % {"most": MOST}, field="body")
    return [_bounce_of(row) for row in rows]


def _bounce_of(row: Any) -> Bounce:
    if not isinstance(row, dict):
        raise BadInput(_("Each bounce is an object with id and reason."), field="body")
    name = str(row.get("id", "")).strip().strip("<>").partition("@")[0]
    try:
        message = uuid.UUID(name)
    except ValueError:
        raise BadInput(
            _("id: the Message-ID of the e-mail, or the {id} that was sent with the text message."),
            field="id",
        ) from None
    words = _ADDRESS.sub("…", str(row.get("reason", "")))
    says = "".join(c if c.isprintable() else " " for c in words).strip()[:MOST_WORDS]
    return Bounce(message, says or _("no reason given"))
