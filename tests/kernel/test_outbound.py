"""Calls to other systems: nobody inside is reached by mistake, nobody can hold them up."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from tests.outside import Site, answer, served

from linli.kernel import outbound
from linli.kernel.errors import BadInput
from linli.kernel.outbound import Answer, NotAllowed, TooLarge, Unreachable, check_url, fetch


@pytest.fixture
def site(settings: Any) -> Iterator[tuple[str, type[Site]]]:
    """A server on this machine, which the setting allows."""
    settings.OUTBOUND_HOSTS = ["127.0.0.1"]
    with served() as one:
        yield one


def names(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name leads to these addresses."""

    def look_up(host: str, port: int, *_more: Any, **_named: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def test_a_call_brings_back_what_was_said(site: tuple[str, type[Site]]) -> None:
    origin, kind = site
    kind.handle_it = answer(201, b"made", **{"X-Number": "7"})
    got = fetch(
        "POST", f"{origin}/in?a=1", body=b"{}", headers={"Content-Type": "application/json"}
    )
    assert (got.status, got.body, got.headers["x-number"]) == (201, b"made", "7")
    ((method, path, headers, body),) = kind.seen
    assert (method, path, body) == ("POST", "/in?a=1", b"{}")
    assert headers["Host"] == origin.removeprefix("http://")


PRIVATE = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1",  # noqa: S104
    "169.254.169.254", "100.64.0.1", "192.0.0.8",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(NotAllowed, match="LINLI_OUTBOUND_HOSTS"):
        fetch("GET", f"http://{literal}/")
    with pytest.raises(BadInput) as refusal:
        check_url(f"https://{literal}/x", field="url")
    assert refusal.value.field == "url"
    names(monkeypatch, address)
    with pytest.raises(NotAllowed):
        fetch("GET", "http://innocent.example/")


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "017700000001", "localhost"])
def test_no_other_spelling_of_this_machine_is_called(host: str) -> None:
    with pytest.raises((NotAllowed, Unreachable)):
        fetch("GET", f"http://{host}:1/", timeout_s=2)


def test_one_private_address_among_public_ones_condemns_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names(monkeypatch, "93.184.216.34", "10.0.0.1")
    with pytest.raises(NotAllowed):
        fetch("GET", "http://mixed.example/")


def test_the_address_that_was_checked_is_the_one_called(
    site: tuple[str, type[Site]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: a second look-up would lead elsewhere; there is none."""
    origin, kind = site
    looked: list[str] = []

    def look_up(host: str, port: int, *_more: Any, **_named: Any) -> list[Any]:
        looked.append(host)
        again = looked.count("once.example") > 1
        address = "10.0.0.1" if again else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(outbound.socket, "getaddrinfo", look_up)
    port = origin.rpartition(":")[2]
    assert fetch("GET", f"http://once.example:{port}/").status == 200
    assert looked.count("once.example") == 1
    assert kind.seen[0][2]["Host"] == f"once.example:{port}"


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "127.0.0.1", "Inside.Example"])
def test_an_administrator_allows_a_network_an_address_or_a_name(
    site: tuple[str, type[Site]], allowed: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTBOUND_HOSTS = [allowed]
    names(monkeypatch, "127.0.0.1")
    port = site[0].rpartition(":")[2]
    assert fetch("GET", f"http://inside.example:{port}/").status == 200


@pytest.mark.parametrize(
    "url",
    [
        "ftp://city.example/", "file:///etc/passwd", "gopher://city.example/", "//city.example/",
        "https://", "javascript:alert(1)", "https://user:pass@city.example/", "https://@evil/",
        "https://city.example:99999/", "https://city.example:0/", "http://[::1", "nothing", "",
        "https://city.example/a b", "https://city.example/\r\nX: 1",
        "https://city.example/" + "a" * 2000,       "https://city.example/\\evil", "https://city.example/街道",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_in_a_sentence(url: str) -> None:
    with pytest.raises(BadInput) as refusal:
        check_url(url)
    assert refusal.value.field == "url"
    with pytest.raises(NotAllowed):
        fetch("GET", url)


def test_an_address_that_is_kept_is_shorter_than_one_that_is_called() -> None:
    with pytest.raises(BadInput, match="500"):
        check_url("https://city.example/" + "a" * 500)


def test_a_chinese_host_is_called_by_its_name_on_the_wire(
    site: tuple[str, type[Site]], monkeypatch: pytest.MonkeyPatch
) -> None:
    origin, kind = site
    names(monkeypatch, "127.0.0.1")
    assert check_url("https://例子.测试/hook")
    fetch("GET", f"http://例子.测试:{origin.rpartition(':')[2]}/")
    assert kind.seen[0][2]["Host"].startswith("xn--")


def test_a_redirect_is_an_answer_unless_asked_for(site: tuple[str, type[Site]]) -> None:
    origin, kind = site
    kind.handle_it = answer(302, **{"Location": f"{origin}/again"})
    assert fetch("GET", origin).status == 302
    assert fetch("GET", origin, redirects=3).status == 302
    assert len(kind.seen) == 1 + 4
    kind.seen.clear()
    assert fetch("POST", origin, redirects=3).status == 302
    assert len(kind.seen) == 1


@pytest.mark.parametrize(
    "target", ["http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd", "http://x@y/"]
)
def test_a_redirect_leads_nobody_inside(site: tuple[str, type[Site]], target: str) -> None:
    origin, kind = site
    kind.handle_it = answer(302, **{"Location": target})
    with pytest.raises(NotAllowed):
        fetch("GET", origin, redirects=2)


def test_a_key_does_not_follow_a_redirect_to_another_host(
    site: tuple[str, type[Site]], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    origin, kind = site
    names(monkeypatch, "127.0.0.1")
    other = f"http://other.example:{origin.rpartition(':')[2]}/there"

    def handle(one: BaseHTTPRequestHandler) -> None:
        (answer() if one.path == "/there" else answer(302, Location=other))(one)

    kind.handle_it = handle
    fetch("GET", origin, headers={"Authorization": "Bearer x"}, redirects=1)
    assert "Authorization" in kind.seen[0][2]
    assert "Authorization" not in kind.seen[1][2]


def test_an_answer_without_end_is_cut_off(site: tuple[str, type[Site]]) -> None:
    origin, kind = site
    kind.handle_it = answer(200, b"x" * 5000)
    with pytest.raises(TooLarge):
        fetch("GET", origin, most_bytes=4096)
    assert len(fetch("GET", origin, most_bytes=5000).body) == 5000


def drip(site: BaseHTTPRequestHandler) -> None:
    """A byte now and then, each within any read's own patience."""
    site.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _byte in range(100):
        try:
            site.wfile.write(b"X")
            site.wfile.flush()
        except OSError:
            return
        time.sleep(0.1)


def test_a_slow_answer_has_the_whole_time_and_no_more(site: tuple[str, type[Site]]) -> None:
    origin, kind = site
    kind.handle_it = drip
    begun = time.monotonic()
    with pytest.raises(Unreachable, match=r"及时|in time"):
        fetch("GET", origin, timeout_s=0.6)
    assert time.monotonic() - begun < 3


def test_nobody_there_and_nonsense_are_said_plainly(site: tuple[str, type[Site]]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable):
            fetch("GET", f"http://127.0.0.1:{closed.getsockname()[1]}/")
    origin, kind = site

    def nonsense(one: BaseHTTPRequestHandler) -> None:
        one.wfile.write(b"no HTTP at all\r\n\r\n")

    kind.handle_it = nonsense
    with pytest.raises(Unreachable):
        fetch("GET", origin)


def test_a_name_nobody_knows_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_given: Any, **_more: Any) -> list[Any]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(outbound.socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match=r"nobody\.example"):
        fetch("GET", "http://nobody.example/")


@pytest.mark.parametrize(
    ("said", "wished"),
    [
        ("120", timedelta(minutes=2)),
        ("Sun, 22 Nov 2026 08:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 22 Nov 2026 07:00:00 GMT", None),
        ("²", None),
        ("soon", None),
        ("", None),
    ],
)
def test_when_to_come_back_is_seconds_or_a_date(said: str, wished: timedelta | None) -> None:
    now = datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert Answer(503, {"retry-after": said}, b"").retry_after(now) == wished
