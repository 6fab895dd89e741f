"""The same life of an upload on S3-compatible storage, spoken to over HTTP by the real client."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import RequestFactory

from linli.files import rules, services
from linli.files.models import LooseObject, Upload
from linli.kernel.errors import NotFound

from . import makers

pytest.importorskip("boto3")
NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)


class Bucket(ThreadingHTTPServer):
    """As much of S3 as the storage uses: PUT, GET with a range, HEAD, DELETE of one object."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.objects: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []  # method and range
        self.down = False


class Answer(BaseHTTPRequestHandler):
    server: Bucket

    def _say(self, status: int, body: bytes = b"", length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Last-Modified", "Tue, 03 Mar 2026 04:00:00 GMT")
        self.send_header("ETag", '"e"')
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self) -> None:
        super().handle_one_request()
        self.close_connection = True

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.down:
            return self._say(403)  # the client does not try this again
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            body = unchunked(body)
        self.server.objects[self.path] = body
        return self._say(200)

    def do_GET(self) -> None:
        span = self.headers.get("Range", "")
        self.server.asked.append((self.command, span))
        content = self.server.objects.get(self.path)
        if content is None:
            return self._say(404)
        if asked := re.fullmatch(r"bytes=(\d+)-(\d+)", span):
            return self._say(206, content[int(asked[1]) : int(asked[2]) + 1])
        return self._say(200, content)

    def do_HEAD(self) -> None:
        content = self.server.objects.get(self.path)
        if content is None:
            return self._say(404)
        return self._say(200, length=len(content))

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.path, None)
        self._say(204)

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


def unchunked(body: bytes) -> bytes:
    """The content of an aws-chunked body."""
    content, at = b"", 0
    while True:
        end = body.index(b"\r\n", at)
        length = int(body[at:end].split(b";")[0], 16)
        if not length:
            return content
        content += body[end + 2 : end + 2 + length]
        at = end + 4 + length


@pytest.fixture
def bucket(settings: Any) -> Iterator[Bucket]:
    server = Bucket()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": "linli",
                "endpoint_url": f"http://127.0.0.1:{server.server_port}",
                "access_key": "a",
                "secret_key": "s",
                "region_name": "cn-north-1",
                "addressing_style": "path",
                "default_acl": "private",
            },
        },
    }
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def keep(content: bytes) -> Upload:
    return services.store(content=io.BytesIO(content), name="x", owner=None, holder="h", now=NOW)


def ask(upload: Upload, **headers: str) -> Any:
    return services.respond(
        RequestFactory().get("/", headers=headers),
        key=upload.key,
        mime=upload.mime,
        name=upload.name,
    )


@pytest.mark.django_db(transaction=True)
def test_an_upload_lives_on_s3_as_it_does_on_a_disk(bucket: Bucket) -> None:
    original = makers.photo()
    photo = keep(original)
    assert set(bucket.objects) == {
        f"/linli/{key}" for key in (photo.key, photo.thumb_key, photo.sealed_key)
    }
    answer = services.respond_sealed(sealed_key=photo.sealed_key, name=photo.name)
    assert b"".join(answer) == original  # type: ignore[arg-type]  # an iterable of bytes
    answer.close()
    services.discard_upload(upload_id=photo.pk, owner=None, holder="h", now=NOW)
    assert not bucket.objects
    assert not LooseObject.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_part_of_a_recording_is_all_that_is_fetched(bucket: Bucket) -> None:
    sound = keep(makers.wav(2))
    whole = bucket.objects[f"/linli/{sound.key}"]
    answer = ask(sound, Range="bytes=100-199")
    assert b"".join(answer) == whole[100:200]
    answer.close()
    assert bucket.asked == [("GET", "bytes=100-199")]
    assert b"".join(ask(sound)) == whole


@pytest.mark.django_db(transaction=True)
def test_what_s3_does_not_have_is_not_found(bucket: Bucket) -> None:
    sound = keep(makers.amr())
    bucket.objects.clear()
    with pytest.raises(NotFound):
        ask(sound)


@pytest.mark.django_db(transaction=True)
def test_s3_that_refuses_is_told_in_a_sentence(bucket: Bucket) -> None:
    bucket.down = True
    with pytest.raises(rules.StorageDown):
        keep(makers.photo())
    assert not Upload.objects.exists()
    assert not LooseObject.objects.exists()
