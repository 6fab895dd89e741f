"""A phone that loses its network in the middle of a photo, over a real socket."""

from __future__ import annotations

import socket
import time
import urllib.request
from pathlib import Path

import pytest

from linli.files.models import Upload
from tests.files.makers import photo
from tests.live.test_journey import free_port, serving

pytestmark = pytest.mark.django_db(transaction=True)
BOUNDARY = "cut-here"


def body(picture: bytes) -> bytes:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="p.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return head.encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()


def request(port: int, path: str, cookie: str, length: int) -> bytes:
    token = cookie.partition("linli_csrf=")[2].partition(";")[0]
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        f"X-CSRFToken: {token}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n"
        "Connection: close\r\n\r\n"
    ).encode()


def test_an_upload_that_is_cut_off_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, spooled = tmp_path / "files", tmp_path / "tmp"
    spooled.mkdir()
    monkeypatch.setenv("LINLI_FILES", str(stored))
    monkeypatch.setenv("TMPDIR", str(spooled))
    port = free_port()
    whole = body(photo((1600, 1200)))
    with serving("wsgi", "linli.config.wsgi:application", port, port):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/report/") as page:
            cookie = page.headers["Set-Cookie"].partition(";")[0]
        for part in (0, 200, len(whole) // 2, len(whole) - 10):
            with socket.create_connection(("127.0.0.1", port), 5) as wire:
                wire.sendall(request(port, "/files/upload", cookie, len(whole)) + whole[:part])
                time.sleep(0.2)
        time.sleep(0.5)
        assert not Upload.objects.exists()
        assert [p for p in stored.rglob("*") if p.is_file()] == []
        assert [p for p in spooled.rglob("*") if p.is_file()] == []
        with socket.create_connection(("127.0.0.1", port), 5) as wire:  # the next try goes through
            wire.sendall(request(port, "/files/upload", cookie, len(whole)) + whole)
            answer = b""
            while piece := wire.recv(65_536):
                answer += piece
        assert answer.startswith(b"HTTP/1.1 201"), answer[:600]
        assert Upload.objects.count() == 1
