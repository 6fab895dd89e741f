"""The door for files and what it gives out, over HTTP."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from linli.files import forms, rules, services, views
from linli.files.models import Upload
from linli.kernel.errors import NotFound
from linli.kernel.models import Hit

from . import makers

NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
URL = "/files/upload"


def send(client: Client, content: bytes, name: str = "井盖.jpg", **more: Any) -> Any:
    return client.post(URL, {"file": SimpleUploadedFile(name, content, "image/jpeg")}, **more)


@pytest.mark.django_db
def test_a_resident_uploads_looks_and_takes_back() -> None:
    client = Client()
    answer = send(client, makers.photo())
    assert answer.status_code == 201
    told = answer.json()
    assert set(told) == {"id", "kind", "name", "size", "thumb_url", "width", "height"}
    assert (told["kind"], told["name"], told["width"]) == ("photo", "井盖.jpg", 640)
    thumb = client.get(told["thumb_url"])
    assert thumb.status_code == 200
    assert thumb["Content-Type"] == "image/jpeg"
    assert b"".join(thumb.streaming_content).startswith(b"\xff\xd8\xff")
    stranger = Client()
    assert stranger.get(told["thumb_url"]).status_code == 404
    assert stranger.delete(f"{URL}/{told['id']}").status_code == 404
    assert client.delete(f"{URL}/{told['id']}").status_code == 204
    assert client.get(told["thumb_url"]).status_code == 404


@pytest.mark.django_db
def test_an_upload_of_staff_belongs_to_the_person() -> None:
    user = get_user_model().objects.create(username="zhang", name="张三")
    client = Client()
    client.force_login(user)
    answer = send(client, makers.pdf(), "a.pdf")
    assert answer.status_code == 201
    upload = Upload.objects.get()
    assert (upload.owner_id, upload.holder) == (user.pk, None)
    assert Client().get(reverse("files:thumb", args=[upload.pk])).status_code == 404
    assert not Hit.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<html><script>alert(1)</script>", 422, "file_not_accepted"),
        (makers.photo()[:2000], 422, "file_not_accepted"),
        (makers.archive(), 422, "file_not_accepted"),
        (makers.office_bomb(), 413, "file_too_big"),
        (makers.png_of_huge_dimensions(60_000, 60_000), 413, "file_too_big"),
        (b"x" * 10_000_000, 422, "file_not_accepted"),
    ],
)
def test_a_refusal_is_a_sentence_in_problem_json(
    content: bytes, status: int, code: str, folder: Path
) -> None:
    answer = send(Client(), content, headers={"accept": "*/*", "accept-language": "en"})
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert problem["title"].endswith(".")
    assert not makers.files_in(folder)


@pytest.mark.django_db
def test_a_request_without_a_file_is_told_so() -> None:
    for body in ({}, {"file": "words"}, {"other": SimpleUploadedFile("a.jpg", makers.photo())}):
        answer = Client().post(URL, body)
        assert answer.status_code == 400
        assert answer.json()["field"] == "file"


@pytest.mark.django_db
def test_only_the_first_of_two_files_is_read() -> None:
    two = [SimpleUploadedFile(n, makers.photo()) for n in ("1.jpg", "2.jpg")]
    answer = Client().post(URL, {"file": two})
    assert answer.status_code == 201
    assert answer.json()["name"] == "1.jpg"
    assert Upload.objects.count() == 1


@pytest.mark.django_db
def test_a_forged_request_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    assert send(client, makers.photo()).status_code == 403
    assert not Upload.objects.exists()
    client.cookies["linli_csrf"] = "a" * 32
    assert send(client, makers.photo(), headers={"x-csrftoken": "a" * 32}).status_code == 201


@pytest.mark.django_db
def test_a_body_that_says_it_is_too_big_is_not_read() -> None:
    request = RequestFactory().post(URL, content_type="multipart/form-data; boundary=x")
    request.META["CONTENT_LENGTH"] = str(rules.MOST_OF_ALL + 10_000_000)
    with pytest.raises(rules.TooBig):
        forms.expect_upload(request)


@pytest.mark.django_db
def test_a_body_that_turns_out_too_big_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_OF_ALL", 1_000_000)
    body = makers.photo() + bytes(1_010_000)
    answer = send(Client(), body, headers={"accept-language": "en"})
    assert answer.status_code == 413
    assert not Upload.objects.exists()


class CutOff(io.BytesIO):
    """A body whose sender goes away after `most` bytes."""

    def __init__(self, body: bytes, most: int) -> None:
        super().__init__(body)
        self.most = most

    def read(self, size: int | None = -1) -> bytes:
        left = self.most - self.tell()
        if left <= 0:
            raise OSError("Connection reset by peer")
        return super().read(min(left, size if size is not None and size >= 0 else left))


def cut_off_request(body: bytes, most: int) -> HttpRequest:
    fields = {"file": SimpleUploadedFile("a.jpg", body)}
    whole = encode_multipart(BOUNDARY, fields)
    request = RequestFactory().generic("POST", URL, whole, content_type=MULTIPART_CONTENT)
    request._stream = CutOff(whole, most)  # type: ignore[attr-defined]  # the socket
    return request


@pytest.mark.django_db
def test_a_body_that_ends_too_early_is_told() -> None:
    body = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("a.pdf", makers.pdf())})
    answer = Client().generic("POST", URL, body[:-40], content_type=MULTIPART_CONTENT)
    assert answer.status_code == 400
    assert answer.json()["code"] == "upload_cut_off"
    assert not Upload.objects.exists()


@pytest.mark.parametrize("most", [10, 5_000, 3_000_000])
def test_an_upload_cut_off_is_told_and_leaves_nothing(
    most: int, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    spools = []
    make = forms.tempfile.SpooledTemporaryFile

    def counted(*args: Any, **kwargs: Any) -> Any:
        spools.append(make(*args, **kwargs))
        return spools[-1]

    monkeypatch.setattr(forms.tempfile, "SpooledTemporaryFile", counted)
    request = cut_off_request(makers.photo() + bytes(4_000_000), most)
    forms.expect_upload(request)
    with pytest.raises(forms.BadInput) as refusal:
        forms.uploaded_file(request)
    assert refusal.value.code == "upload_cut_off"
    forms.forget_upload(request)
    assert all(spool.closed for spool in spools)
    assert not makers.files_in(folder)


@pytest.mark.django_db
def test_residents_share_a_bound_per_connection(settings: Any) -> None:
    settings.PUBLIC_REPORTS_PER_HOUR = 1
    client = Client()
    for _ in range(views.UPLOADS_A_REPORT):
        assert send(client, makers.amr()).status_code == 201
    answer = send(client, makers.amr())
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_every_view_says_who_may_open_it() -> None:
    for view in (views.upload, views.thumb, views.discard):
        assert tuple(view.access) == ("public", ())  # type: ignore[attr-defined]


# -- giving out ---------------------------------------------------------------------------------
@pytest.fixture
def sound(db: None) -> Upload:
    return services.store(
        content=io.BytesIO(makers.wav(2)), name="录音 1.wav", owner=None, holder="h", now=NOW
    )


def ask(upload: Upload, inline: bool = True, method: str = "GET", **headers: str) -> Any:
    request = RequestFactory().generic(method, "/", headers=headers)
    return services.respond(
        request, key=upload.key, mime=upload.mime, name=upload.name, inline=inline
    )


def body(response: HttpResponseBase) -> bytes:
    content = b"".join(response)  # type: ignore[arg-type]  # an iterable of bytes
    response.close()
    return content


@pytest.mark.parametrize(
    ("words", "start", "stop"),
    [("0-99", 0, 100), ("100-", 100, None), ("-50", -50, None), ("10-999999999", 10, None)],
)
def test_a_player_gets_the_part_it_asks_for(
    sound: Upload, folder: Path, words: str, start: int, stop: int | None
) -> None:
    whole = (folder / sound.key).read_bytes()
    answer = ask(sound, Range=f"bytes={words}")
    assert answer.status_code == 206
    part = whole[start:stop]
    assert body(answer) == part
    assert answer["Content-Length"] == str(len(part))
    first = whole.index(part) if start == 0 else len(whole) - len(part)
    assert answer["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"


@pytest.mark.parametrize("words", ["bytes=0-1,5-9", "bytes=-", "bytes=9-3", "lines=1-2", "bytes=x"])
def test_a_range_that_makes_no_sense_gets_the_whole(sound: Upload, words: str) -> None:
    answer = ask(sound, Range=words)
    assert answer.status_code == 200
    assert len(body(answer)) == sound.size_bytes


@pytest.mark.parametrize("words", ["99999999-", "-0"])
def test_a_range_beyond_the_end_is_said_to_be_so(sound: Upload, words: str) -> None:
    answer = ask(sound, Range=f"bytes={words}")
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{sound.size_bytes}"


def test_what_the_browser_has_is_not_sent_again(sound: Upload) -> None:
    first = ask(sound)
    assert len(body(first)) == sound.size_bytes
    again = ask(sound, **{"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert body(again) == b""
    old = ask(sound, Range="bytes=0-9", **{"If-Range": '"another"'})
    assert old.status_code == 200
    old.close()
    head = ask(sound, method="HEAD")
    assert (head["Content-Length"], body(head)) == (str(sound.size_bytes), b"")


def test_an_uploaded_file_is_never_a_page_of_this_site(sound: Upload) -> None:
    answer = ask(sound)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox;")
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Content-Disposition"] == (
        "inline; filename=\"__ 1.wav\"; filename*=UTF-8''%E5%BD%95%E9%9F%B3%201.wav"
    )
    answer.close()


def test_documents_are_downloads_even_when_asked_inline(db: None) -> None:
    document = services.store(
        content=io.BytesIO(makers.pdf()), name='a"b.pdf', owner=None, holder="h", now=NOW
    )
    answer = ask(document, inline=True)
    assert answer["Content-Disposition"].startswith('attachment; filename="a_b.pdf"')
    answer.close()


def test_the_sites_own_policy_does_not_replace_the_files(db: None) -> None:
    client = Client()
    answer = client.get(send(client, makers.photo()).json()["thumb_url"])
    assert answer["Content-Security-Policy"].startswith("sandbox;")
    answer.close()


def test_a_file_that_is_gone_is_not_found(sound: Upload, folder: Path) -> None:
    (folder / sound.key).unlink()
    with pytest.raises(NotFound):
        ask(sound)


def test_the_original_is_given_out_whole_and_kept_by_nobody(db: None) -> None:
    original = makers.photo()
    photo = services.store(
        content=io.BytesIO(original), name="a.jpg", owner=None, holder="h", now=NOW
    )
    answer = services.respond_sealed(sealed_key=photo.sealed_key, name=photo.name)
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"].startswith("attachment")
    assert body(answer) == original
