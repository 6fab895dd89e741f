"""Whose key it is, what it opens, and which cases its reader is shown whole.

A key is a token of the staff (API tokens). It may report with `open311.report`, which opens nothing
else and so may lie in an app; or with `cases.report`. A token with `cases.see` reads what its post
may see; every other reader what the residents' pages show everybody, and what was sent by its key.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.cases import policy as cases
from linli.kernel.errors import NotYours
from linli.staff import queries as staff

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT_REPORT = "open311.report"
GRANT_SETTINGS = "open311.settings"
GRANT_EXCHANGE = "open311.exchange"
REPORTING = (GRANT_REPORT, "cases.report")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks. Without a key: a stranger, `user` and `key_id` are None."""

    user: User | None = None
    key_id: int | None = None

    @property
    def sees(self) -> bool:
        """Whether the key reads cases as staff do."""
        return self.user is not None and bool(cases.scopes_of(self.user))

    @property
    def key(self) -> int:
        """The key of somebody who is no stranger."""
        assert self.key_id is not None
        return self.key_id

    @property
    def holder(self) -> str:
        """Whose uploads a picture is that came with a report, until it is attached."""
        return hashlib.sha256(f"open311:{self.key_id}".encode()).hexdigest()


STRANGER = Reader()


def reader_of(key: str, *, now: datetime) -> Reader:
    """Who asks with `key`; a stranger without one. One query. Raises NotYours for a wrong key."""
    if not key:
        return STRANGER
    actor = staff.person_for_token(key, now)
    if actor is None:
        raise NotYours(
            _("api_key is unknown, revoked or past its end. Ask the city for a new one."),
            field="api_key",
        )
    return Reader(actor.user, actor.token_id)


def sender_of(key: str, *, now: datetime) -> Reader:
    """Who reports with `key`. One query. Raises NotYours, also without a key."""
    if not key:
        raise NotYours(
            _("api_key required: send the key that the city has given you."), field="api_key"
        )
    reader = reader_of(key, now=now)
    assert reader.user is not None
    if not any(reader.user.has_grant(grant) for grant in REPORTING):
        raise NotYours(
            _("This api_key may not send reports. Ask the city for one that may."),
            field="api_key",
        )
    return reader
