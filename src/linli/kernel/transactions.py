"""Services in one transaction, without a savepoint for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_open: ContextVar[bool] = ContextVar("whole", default=False)


@contextmanager
def whole() -> Iterator[None]:
    """A transaction that stands or falls as one; also a decorator of services.

    Within another whole it is a part of that: no savepoint, two statements fewer. So what is raised
    inside is not caught inside: it has to leave the outermost whole, which rolls everything back.
    Within an ordinary `atomic` it has a savepoint of its own, and may be caught there.
    """
    if _open.get() and connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        token = _open.set(True)
        try:
            yield
        finally:
            _open.reset(token)
