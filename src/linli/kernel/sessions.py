"""Sessions in the database, as Django keeps them, read by a prepared statement (ADR 0009).

Every page of a signed-in person begins with this; writing and ending stay with Django.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError
from django.utils import timezone

from linli.kernel import rows

_PRESENT = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """What SESSION_ENGINE names."""

    def load(self) -> dict[str, Any]:
        """What the session holds; an unknown, ended or expired one is empty and loses its key.

        One query.
        """
        found = rows.ask(_PRESENT, [self.session_key, timezone.now()])
        if not found:
            self._session_key = None
            return {}
        return dict(self.decode(found[0][0]))

    def save(self, must_create: bool = False) -> None:
        """Raises OperationalError while the database is away: Django would take the session for
        ended and answer 400, as if what was sent were unreadable."""
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError):
                raise error.__context__ from None
            raise
