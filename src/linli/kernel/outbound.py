"""Calling other systems over HTTP, and nobody inside by mistake.

Addresses come from people (a webhook, a picture's link), so a name may lead into the city's own
network, now or at the second look-up. The name is resolved once, every address it has must be
public or allowed by LINLI_OUTBOUND_HOSTS, and the connection goes to the very address checked.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore
from django.conf import settings
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MOST_URL = 500  # characters of an address that is kept
_MOST_CALLED = 2000  # and of one that is called, with the keys some interfaces want in it
_AGENT = "Linli"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Not of the public internet, which older Pythons do not know.
_INSIDE = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "64:ff9b:1::/48", "2001::/23")))
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NotAllowed(OSError):
    """The address leads to where Linli does not call; the words say what to change."""


class Unreachable(OSError):
    """Nobody answered, in time and in form; it may be tried again."""


class TooLarge(OSError):
    """The answer is larger than what was asked for."""


class Answer(NamedTuple):
    """What came back; header names in small letters, the body as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def retry_after(self, now: datetime) -> timedelta | None:
        """What its Retry-After says, in seconds or as a date; None for nonsense."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit() and len(text) < 7:
            return timedelta(seconds=int(text))
        try:
            wished = parsedate_to_datetime(text) - now
        except (ValueError, TypeError):
            return None
        return wished if wished > timedelta() else None


def check_url(url: str, *, field: str = "url") -> str:
    """`url` as it can be kept: http(s), a host, no password in it, no private address written out.

    A name is looked at when it is called. No look-up here. Raises BadInput naming `field`.
    """
    url = url.strip()
    try:
        parts = _parts(url, MOST_URL)
        literal = _literal(parts.hostname or "")
        if literal is not None:
            _check(parts.hostname or "", literal)
    except NotAllowed as fault:
        raise BadInput(f"{field}: {fault}", field=field) from None
    return url


def fetch(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout_s: float = 10,
    most_bytes: int = 64 * 1024,
    redirects: int = 0,
) -> Answer:
    """Ask `url` once. The whole exchange takes `timeout_s` at most, the answer `most_bytes`.

    A redirect is followed `redirects` times, for GET alone, each to an address checked anew;
    otherwise it is the answer. Raises NotAllowed, Unreachable, TooLarge.
    """
    deadline = time.monotonic() + timeout_s
    for left in range(redirects, -1, -1):
        answer = _once(method, url, body, headers or {}, deadline, most_bytes)
        target = answer.headers.get("location")
        if answer.status not in _REDIRECTS or not target or method != "GET" or not left:
            return answer
        before, url = url, urljoin(url, target)
        if urlsplit(before)[:2] != urlsplit(url)[:2]:
            headers = {}  # a key is for whoever it was written for
    raise AssertionError("the last round returns")


def _once(
    method: str, url: str, body: bytes, headers: Mapping[str, str], deadline: float, most: int
) -> Answer:
    url = _ascii(_parts(url))
    sent = {
        "Host": urlsplit(url).netloc,
        "User-Agent": _AGENT,
        "Accept-Encoding": "identity",
        **headers,
    }
    if body or method in ("POST", "PUT", "PATCH"):
        sent["Content-Length"] = str(len(body))
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=_tls(), network_backend=_Careful(deadline), max_connections=1
            ) as pool,
            pool.stream(
                method,
                httpcore.URL(url),
                headers=[(name.encode(), value.encode()) for name, value in sent.items()],
                content=body,
                extensions={"timeout": dict.fromkeys(("connect", "read", "write"), 30.0)},
            ) as answer,
        ):
            read = b""
            for piece in answer.iter_stream():
                read += piece
                if len(read) > most:
                    raise TooLarge(_("The answer is larger than %d bytes.") % most)
            got = {name.decode().lower(): value.decode("latin-1") for name, value in answer.headers}
            return Answer(answer.status, got, read)
    except (httpcore.TimeoutException, TimeoutError):
        raise Unreachable(_("No answer in time.")) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as fault:
        raise Unreachable(_words(fault)) from None


def _words(fault: Exception) -> str:
    if isinstance(fault, httpcore.ConnectError):
        if isinstance(fault.__cause__, ConnectionRefusedError):
            return _("Nobody listens at that address.")
        return _("No connection: %s") % fault
    if isinstance(fault, httpcore.ProtocolError):
        return _("The answer is not HTTP.")
    return _("The connection was cut off.")


def _parts(url: str, most: int = _MOST_CALLED) -> SplitResult:
    """The parts of a URL that may be called. Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise NotAllowed(_("This is not an address. It looks like https://…")) from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise NotAllowed(_("Write an address that begins with https:// or http://."))
    if "@" in parts.netloc:
        raise NotAllowed(_("Leave the name and password out of the address."))
    printable = all("!" <= letter <= "~" for letter in parts.path + parts.query)
    if len(url) > most or not printable or "\\" in url:
        raise NotAllowed(
            _("The address has letters that must be written as %%XX, or is longer than %d.") % most
        )
    return parts


def _ascii(parts: SplitResult) -> str:
    """The URL with its host as the wire carries it. Raises NotAllowed."""
    host = parts.hostname or ""
    if _literal(host) is None:
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            raise NotAllowed(_("%s is not the name of a host.") % host[:60]) from None
    elif ":" in host:
        host = f"[{host}]"
    port = f":{parts.port}" if parts.port else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}{port}{parts.path or '/'}{query}"


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _check(host: str, address: Address) -> None:
    """Raises NotAllowed for an address inside, unless an administrator has allowed it."""
    if _is_public(address):
        return
    names, networks = _allowed(tuple(settings.OUTBOUND_HOSTS))
    real = _embedded(address) or address
    if host.lower() in names or any(real in network for network in networks):
        return
    raise NotAllowed(
        _(
            "%(host)s leads to a private address, which is not called. If it is right, let the "
            "operator add it to LINLI_OUTBOUND_HOSTS."
        )
        % {"host": host[:100]}
    )


def _is_public(address: Address) -> bool:
    inner = _embedded(address)
    if inner is not None:
        return _is_public(inner)
    if any(address in network for network in _INSIDE):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address: Address) -> Address | None:
    """The IPv4 address that an IPv6 one stands for, where there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


@cache
def _allowed(hosts: tuple[str, ...]) -> tuple[frozenset[str], tuple[Any, ...]]:
    """Names, and networks, of the setting."""
    names, networks = set(), []
    for host in hosts:
        try:
            networks.append(ipaddress.ip_network(host, strict=False))
        except ValueError:
            names.add(host.lower())
    return frozenset(names), tuple(networks)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Careful(httpcore.NetworkBackend):
    """Connects to addresses that were checked, and gives up when the time is over."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        fault: Exception | None = None
        for address in resolved(host, port):
            try:
                stream = self._inner.connect_tcp(
                    str(address), port, _left(self._deadline), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
                continue
            return _Timed(stream, self._deadline)
        raise fault or httpcore.ConnectError(host)


def resolved(host: str, port: int) -> list[Address]:
    """The addresses of a host, each of them checked: one private among them condemns all.

    Raises NotAllowed, httpcore.ConnectError.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise httpcore.ConnectError(_("%s is not known.") % host[:100]) from None
    addresses = list(dict.fromkeys(_of_socket(entry[4][0]) for entry in found))
    for address in addresses:
        _check(host, address)
    return addresses


def _of_socket(text: str | int) -> Address:
    return ipaddress.ip_address(str(text).partition("%")[0])


def _left(deadline: float) -> float:
    """Seconds that are left. Raises ReadTimeout if none are."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("deadline")
    return left


class _Timed(httpcore.NetworkStream):
    """A stream whose every step has only what is left of the whole time."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline)
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
