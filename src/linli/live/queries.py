"""Who watches: the ordinary, synchronous questions the event stream asks in a thread."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils import timezone, translation

from linli.cases import policy
from linli.cases import queries as cases
from linli.kernel.errors import NotFound
from linli.kernel.live import BOARDS, Painter
from linli.staff.models import StaffState

if TYPE_CHECKING:
    from linli.cases.policy import Facts, Scope

SEEN_AT = "linli_seen_at"  # what staff.middleware notes


@dataclass(frozen=True, slots=True)
class Look:
    """Which board somebody has before them; looks with equal keys are drawn once."""

    board: str
    language: str
    key: Hashable
    onlooker: Any = field(compare=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who watches: staff with what they see, or a resident with the cases they follow;
    with `look`, whoever stands before a board and hears of nothing else."""

    user_id: int | None
    scopes: tuple[Scope, ...]
    case_ids: frozenset[int] = frozenset()
    look: Look | None = None

    def sees(self, case_id: int, facts: Facts) -> bool:
        """Whether an event of this case is for them. No query."""
        if self.user_id is None:
            return case_id in self.case_ids
        return any(scope.covers(facts) for scope in self.scopes)


def staff_person(session_key: str) -> Person | None:
    """The person of a session; None if it has ended, is idle, or something is still to be put
    right on the account page. Four queries."""
    close_old_connections()
    user = _signed_in(session_key)
    return None if user is None else Person(user.pk, tuple(policy.scopes_of(user)))


def _signed_in(session_key: str) -> Any:
    request = HttpRequest()
    request.session = _session(session_key)
    seen: Any = request.session.get(SEEN_AT)
    if seen is not None and timezone.now().timestamp() - seen > settings.IDLE_MINUTES * 60:
        return None
    user: Any = get_user(request)
    if not user.is_authenticated or user.password_is_due(timezone.now()):
        return None
    return user


def before_board(
    name: str, language: str, session_key: str, cookies: Mapping[str, str]
) -> Person | None:
    """Whoever has this board before them: the person of a session, else the screen that its
    cookies say; None if neither may. Four queries, and two for the screen."""
    close_old_connections()
    board = BOARDS[name]
    user = _signed_in(session_key) if session_key else None
    if user is None:
        user = board.by_cookies(cookies, timezone.now())
    onlooker = None if user is None else board.onlooker(user)
    if onlooker is None:
        return None
    look = Look(name, language, board.key(onlooker), onlooker)
    return Person(0, tuple(policy.scopes_of(onlooker)), look=look)


def painter_of(look: Look) -> Painter:
    """Who draws what is looked at."""
    return BOARDS[look.board].painter(look.language)


def painted(painter: Painter, look: Look) -> dict[str, str]:
    """The pieces of a board as they are now."""
    close_old_connections()
    return painter.paint(look.onlooker, now=timezone.now())


def _session(key: str) -> SessionBase:
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return store


def resident(number: str, secret: str) -> Person | None:
    """Who follows a case by number and secret; None if they do not belong together."""
    close_old_connections()
    try:
        with translation.override("en"):
            found = cases.followed(number, secret)
    except NotFound:
        return None
    return Person(None, (), frozenset({found.own_case.pk, found.case.pk}))


def staff_stamp() -> str:
    """Changes with every change to the tree of units. One query."""
    close_old_connections()
    stamp = StaffState.objects.filter(pk=1).values_list("stamp", flat=True).first()
    return str(stamp)
