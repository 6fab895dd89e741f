"""What other Open311 servers answer, read with patience: by the book, and as it is done.

Seen in the wild: JSON still in its wrapper, ids as numbers, XML under another media type, one
object instead of a list of one, errors as a page. XML with a document type or entities is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.open311.rules.documents import SINGULAR
from linli.open311.rules.moments import moment
from linli.open311.rules.statuses import STATES

Row = Mapping[str, Any]


class Unreadable(ValueError):
    """What came back is no GeoReport document."""


class Heard(NamedTuple):
    """How a request stands at the other system."""

    remote_id: str
    status: str  # open, closed, or one of mySociety's states in capitals
    notes: str
    media_url: str
    updated_at: datetime | None
    description: str = ""

    @property
    def closed(self) -> bool:
        return is_closed(self.status)


def is_closed(status: str) -> bool:
    """Whether a status of either kind says that nothing more is done."""
    return status == "closed" or STATES.get(status.upper()) == "closed"


def rows_of(body: bytes, root: str) -> list[Row]:
    """The entries of a list document (`service_requests`, `errors`). Raises Unreadable."""
    found = _from_xml(body, root) if body.lstrip()[:1] == b"<" else _from_json(body, root)
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise Unreadable(_("The answer holds no “%(root)s”.") % {"root": root})
    return found


def _from_json(body: bytes, root: str) -> Any:
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable(_("The answer is neither JSON nor XML of GeoReport.")) from None
    for wrapper in (root, SINGULAR[root]):
        if isinstance(found, Mapping) and wrapper in found:
            found = found[wrapper]
            if isinstance(found, Mapping) and wrapper == SINGULAR[root]:
                return [found]
    return found


def _from_xml(body: bytes, root: str) -> list[Any]:
    try:
        tree = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Unreadable(_("The answer is neither JSON nor XML of GeoReport.")) from None
    if _name(tree) != root:
        raise Unreadable(_("The answer holds no “%(root)s”.") % {"root": root})
    return [{_name(inner): (inner.text or "").strip() for inner in one} for one in tree]


def _name(element: Element) -> str:
    """Without a namespace: some servers give one."""
    return str(element.tag).rpartition("}")[2]


def text_of(row: Row, name: str, most: int = 500) -> str:
    """A value as text; ids come as numbers too. null and objects are nothing."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    plain = "".join(c for c in str(value) if c.isprintable() or c == "\n")
    return plain.encode("utf-8", "replace").decode().strip()[:most]


def heard(row: Row) -> Heard:
    """A request as the other system tells of it."""
    updated = text_of(row, "updated_datetime", 40)
    try:
        at = moment("updated_datetime", updated) if updated else None
    except BadInput:
        at = None  # their clock is for reading only
    return Heard(
        remote_id=text_of(row, "service_request_id", 100),
        status=text_of(row, "status", 40).lower() or "open",
        notes=text_of(row, "status_notes"),
        media_url=text_of(row, "media_url"),
        updated_at=at,
        description=text_of(row, "description", 5000),
    )


def said_in(body: bytes) -> str:
    """What a refusal says, in its own words; nothing if it is no errors document."""
    try:
        rows = rows_of(body, "errors")
    except Unreadable:
        return ""
    return " ".join(text_of(row, "description", 200) for row in rows)[:250]
