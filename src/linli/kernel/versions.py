"""Versions of what this process keeps in memory: asked once a request, all in one statement.

Small tables that change seldom (the catalogue, the tree of units) carry a version that the database
changes with them; a process keeps a copy and asks whether it is still the present one. A request of
the interface for programs learns every version by the statement that finds its token, and nothing
it may do changes them; whoever else asks has a statement of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from linli.kernel import rows

P = ParamSpec("P")
R = TypeVar("R")

_ASKED_BY: dict[str, str] = {}
_known: ContextVar[dict[str, object] | None] = ContextVar("known_versions", default=None)


def register(name: str, sql: str) -> None:
    """A package says how its version is asked, in `apps.py: ready()`: a SELECT of one value."""
    _ASKED_BY[name] = sql


def present(name: str) -> object:
    """The present version, None for none. No query where the request has learned it, else one."""
    known = _known.get()
    if known is not None and name in known:
        return known[name]
    ((version,),) = rows.ask(f"SELECT ({_ASKED_BY[name]})")
    return version


@contextmanager
def one_request() -> Iterator[None]:
    """What is learned inside is forgotten at the end."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def learn_all() -> None:
    """For work of many steps that changes none of what is kept, inside `one_request`. One query."""
    learn(rows.ask(f"SELECT {columns()}")[0])


def learned_once(view: Callable[P, R]) -> Callable[P, R]:
    """For views that only read: every version in one statement at their start."""

    @wraps(view)
    def reading(*args: P.args, **kwargs: P.kwargs) -> R:
        with one_request():
            learn_all()
            return view(*args, **kwargs)

    return reading


def columns() -> str:
    """Every version as columns of a statement, in the order `learn` takes them."""
    return ", ".join(f"({sql})" for sql in _ASKED_BY.values())


def learn(values: Sequence[object]) -> None:
    """The versions that a statement of this request has found; nothing outside `one_request`."""
    known = _known.get()
    if known is not None:
        known.update(zip(_ASKED_BY, values, strict=True))
