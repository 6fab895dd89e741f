"""`/events`: server-sent events for every open page, by ASGI alone, without Django's views.

What is sent: `case` (id, move, stage, event number), `badges` (count again), `notice` (the bell),
`reset` (look at everything again), `beat` (it lives). Ids, codes and stages only; what a page shows
it asks the site.
`?board=NAME` brings one board instead (live.boards): `board` with the pieces that have changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from linli.kernel.live import BOARDS
from linli.live import queries
from linli.live.hub import Hub, Watcher
from linli.live.queries import Person

log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
RETRY_MS = 3000
MOST_WATCHERS = 5000
_hub: Hub | None = None
_STRANGER = "Sign in, or follow a case by number and key."


def hub() -> Hub:
    """The hub of this process, listening in the running loop."""
    global _hub  # noqa: PLW0603  one a process
    if _hub is None:
        _hub = Hub()
    _hub.start()
    return _hub


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _answer(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    global _hub  # noqa: PLW0603
    while True:
        asked = await receive()
        if asked["type"] == "lifespan.startup":
            hub()
            await send({"type": "lifespan.startup.complete"})
        elif asked["type"] == "lifespan.shutdown":
            if _hub is not None:
                await _hub.stop()
                _hub = None
            await send({"type": "lifespan.shutdown.complete"})
            return


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said instead of a stream: why somebody may not listen, or that the process lives."""

    status: int
    sentence: str
    headers: Headers = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser asks for: who it is, where it left off, and the headers it is owed."""

    again: Callable[[], Person | None]
    last: int | None
    cors: Headers


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    asked = _asked(scope)
    found = asked if isinstance(asked, Reply) else await _admitted(asked)
    if isinstance(found, Reply):
        await _say(send, found.status, found.sentence, found.headers)
    elif isinstance(asked, Asked):
        await _begin(send, asked.cors)
        await _watch(hub(), found, asked.last, receive, send)


def _asked(scope: Scope) -> Asked | Reply:
    """Read the request. Only what may be a stream is looked into."""
    path, method = scope["path"], scope["method"]
    headers = {name.decode("latin-1").lower(): value.decode("latin-1")
               for name, value in scope["headers"]}  # fmt: skip
    host, _port = split_domain_port(headers.get("host", ""))
    if not host or not validate_host(host, settings.ALLOWED_HOSTS):
        return Reply(400, "This host name is not served here.")
    if path == "/healthz":
        return Reply(200, "ok")
    if path != "/events":
        return Reply(404, "Only /events is here.")
    cors = _cors(headers.get("origin"), host)
    if cors is None:
        return Reply(403, "Pages of another site may not listen here.")
    if method != "GET":
        return Reply(405, "Only GET is possible here.", [(b"allow", b"GET"), *cors])
    again = _who(scope["query_string"], headers.get("cookie", ""))
    if again is None:
        return Reply(401, _STRANGER, cors)
    return Asked(again, _last(headers.get("last-event-id")), cors)


def _cors(origin: str | None, host: str) -> Headers | None:
    """Headers for a page of the same host, whatever its port; None for one of another site."""
    headers = [(b"vary", b"origin, cookie")]
    if origin is None:
        return headers
    if urlsplit(origin).hostname != urlsplit(f"//{host}").hostname and (
        origin not in settings.CSRF_TRUSTED_ORIGINS
    ):
        return None
    return [
        *headers,
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
    ]


async def _admitted(asked: Asked) -> Watcher | Reply:
    """Whoever asked, watching. The person is held by the watcher alone: those who look at one
    board share one, and what a stream held besides would be kept as long as it is open."""
    here = hub()
    if len(here.watchers) >= MOST_WATCHERS:
        headers = [(b"retry-after", b"60"), *asked.cors]
        return Reply(503, "Too many pages are open.", headers)
    try:
        person = await here.ask(asked.again)
    except Exception as error:
        log.warning("live: nobody could be admitted", extra={"reason": repr(error)})
        return Reply(503, "Please try again.", [(b"retry-after", b"5"), *asked.cors])
    if person is None:
        return Reply(401, _STRANGER, asked.cors)
    return Watcher(person, asked.again, time.monotonic())


def _who(query: bytes, cookies: str) -> Callable[[], Person | None] | None:
    """The question who this is: a resident by number and key, or staff by session."""
    given = parse_qs(query.decode("latin-1"), max_num_fields=10)
    if "case" in given and "key" in given:
        return partial(queries.resident, given["case"][0][:40], given["key"][0][:80])
    jar: SimpleCookie = SimpleCookie()
    with contextlib.suppress(CookieError):
        jar.load(cookies)
    found = jar.get(settings.SESSION_COOKIE_NAME)
    session = found.value if found is not None and found.value.isalnum() else ""
    board = given.get("board", [""])[0]
    if board in BOARDS:
        language = given.get("lang", [settings.LANGUAGE_CODE])[0]
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        held = {name: one.value for name, one in jar.items()}
        return partial(queries.before_board, board, language, session, held)
    return partial(queries.staff_person, session) if session else None


def _last(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return int(text)


async def _begin(send: Send, cors: Headers) -> None:
    start: Headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # nginx: pass on at once
        (b"x-content-type-options", b"nosniff"),
        *cors,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": start})
    await _body(send, f"retry: {RETRY_MS}\nid: {hub().number}\n: hello\n\n".encode())


async def _watch(
    here: Hub, watcher: Watcher, last: int | None, receive: Receive, send: Send
) -> None:
    here.join(watcher, last)
    gone = asyncio.create_task(_gone(receive, watcher))
    try:
        while text := await watcher.next():
            await _body(send, text)
    finally:
        here.leave(watcher)
        gone.cancel()
    with contextlib.suppress(Exception):  # the browser may be gone
        await _body(send, b"", more=False)


async def _gone(receive: Receive, watcher: Watcher) -> None:
    """Wait until the browser has closed the stream."""
    while (await receive())["type"] != "http.disconnect":
        pass
    watcher.queue.clear()
    watcher.end()


async def _body(send: Send, text: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": text, "more_body": more})


async def _say(
    send: Send, status: int, sentence: str, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    all_headers = [kind, (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": all_headers})
    await _body(send, f"{sentence}\n".encode(), more=False)
