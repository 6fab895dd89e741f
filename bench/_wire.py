"""One request on one connection, as a stranger's program sends it; and a browser that keeps its
cookies and fills in the forms it was given."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any, Protocol
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"


class Lost(Exception):
    """No answer came, for whatever reason."""


@dataclass(frozen=True)
class Sent:
    """A request; sent again it is the very same bytes."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: bytes = b""
    location: str = ""
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.body.decode()


class Wire(Protocol):
    """Something that carries a request there and the answer back. Raises Lost."""

    def __call__(self, sent: Sent, *, hang_up_after: float | None = None) -> Answer: ...


@dataclass(frozen=True)
class Http:
    """The wire to a port of this machine, a connection for each request."""

    port: int
    patience: float = 20.0

    def __call__(self, sent: Sent, *, hang_up_after: float | None = None) -> Answer:
        """With `hang_up_after` seconds the line is cut before the answer is read."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            line.request(sent.method, sent.path, sent.body or None, dict(sent.headers))
            if hang_up_after is not None:
                time.sleep(hang_up_after)
                raise Lost("hung up")
            answer = line.getresponse()
            cookies: SimpleCookie = SimpleCookie()
            for value in answer.headers.get_all("Set-Cookie", []):
                cookies.load(value)
            kept = {name: morsel.value for name, morsel in cookies.items()}
            place = answer.headers.get("Location", "")
            return Answer(answer.status, answer.read(), place, kept)
        except (OSError, http.client.HTTPException) as error:
            raise Lost(repr(error)) from error
        finally:
            line.close()


class Browser:
    """Cookies, and the hidden inputs of the page that was loaded last."""

    def __init__(self, wire: Wire, **cookies: str) -> None:
        self.wire = wire
        self.cookies = dict(cookies)

    def form(self, path: str) -> dict[str, str]:
        """The hidden inputs of a page, as a person's browser sends them back. Raises Lost."""
        answer = self.wire(Sent("GET", path, headers=self._headers()))
        if answer.status != 200:
            raise Lost(f"{path}: {answer.status}")
        self.cookies |= answer.cookies
        return hidden(answer.text)

    def filled(self, path: str, values: Mapping[str, Any]) -> Sent:
        """The form as it is sent to `path`."""
        body = urlencode(values, doseq=True).encode()
        return Sent("POST", path, body, self._headers() | {"Content-Type": FORM})

    def _headers(self) -> dict[str, str]:
        pairs = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Host": "localhost", "Cookie": pairs, "Accept-Language": "zh-hans"}


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.radios: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "input":
            return
        given = {name: value or "" for name, value in attrs}
        if given.get("type") == "hidden":
            self.found[given.get("name", "")] = given.get("value", "")
        elif given.get("type") == "radio":
            self.radios.setdefault(given.get("name", ""), []).append(given.get("value", ""))


def hidden(page: str) -> dict[str, str]:
    """The hidden inputs of a page."""
    parser = _Inputs()
    parser.feed(page)
    return parser.found


def choices(page: str, name: str) -> list[str]:
    """The values of the radio buttons called `name`."""
    parser = _Inputs()
    parser.feed(page)
    return parser.radios.get(name, [])
