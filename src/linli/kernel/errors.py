"""What the program refuses, in sentences for the person who asked.

Everything here is under `Refused`. A bug is not a `Refused`, and nobody catches it.
"""

from __future__ import annotations

from django.utils.functional import Promise


class Refused(Exception):
    """The request cannot be done; the message says what to change.

    `field` names the input at fault, `code` is stable for machines, `status` is the HTTP answer.
    """

    status = 422
    code = "refused"

    def __init__(
        self, message: str | Promise, *, field: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return str(self.message)


class BadInput(Refused):
    """A value has the wrong form; `field` is always given."""

    status = 400
    code = "bad_input"


class Unauthorized(Refused):
    """Nobody stands behind the request."""

    status = 401
    code = "unauthorized"


class NotYours(Refused):
    """The person's posts do not carry the grant this needs."""

    status = 403
    code = "not_yours"


class NotFound(Refused):
    """There is no such thing, or the person may not see it: both look the same."""

    status = 404
    code = "not_found"


class Stale(Refused):
    """Somebody else was quicker; the message says what has changed."""

    status = 409
    code = "stale"


class TooMany(Refused):
    """More requests than a public door admits; `retry_after` is in seconds."""

    status = 429
    code = "too_many"

    def __init__(self, message: str | Promise, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
