"""What a file is, is told by its content."""

from __future__ import annotations

import io

import pytest

from linli.files import rules
from linli.files.rules.kinds import MOST_NAME, TYPES

from . import makers


@pytest.mark.parametrize("mime", makers.EVERY_KIND)
def test_every_accepted_kind_is_known_by_its_content(mime: str) -> None:
    assert rules.sniff(io.BytesIO(makers.EVERY_KIND[mime])) == mime


def test_a_webp_photo_is_known() -> None:
    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, "WEBP")
    assert rules.sniff(target) == "image/webp"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!doctype html><script>alert(1)</script>", "not accepted"),
        (b"<html><body onload=x>", "not accepted"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "not accepted"),
        (b"MZ\x90\0" + bytes(200), "not accepted"),
        (b"\x7fELF" + bytes(200), "not accepted"),
        (b"GIF89a" + bytes(200), "not accepted"),
        ("井盖坏了".encode() * 900_000, "not accepted"),  # 10 MB of text
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Old Office"),
        (makers.archive(), "Archives"),
        (makers.office(more={"word/vbaProject.bin": b"x"}), "macros"),
        (makers.box(b"ftyp", b"msf1", bytes(4), b"hevc"), "HEIC picture series"),
        (makers.box(b"ftyp", b"mif1", bytes(4), b"avif"), "AVIF"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
        (b"OggS" + bytes(30) + b"\x80theora" + bytes(30), "not accepted"),
        (b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska", "not accepted"),
        (b"", "not accepted"),
    ],
)
def test_what_is_not_accepted_is_refused_with_a_remedy(content: bytes, words: str) -> None:
    from django.utils import translation

    with translation.override("en"), pytest.raises(rules.NotAccepted, match=words) as refusal:
        rules.sniff(io.BytesIO(content))
    assert refusal.value.field == "files"


@pytest.mark.parametrize(
    "content",
    [
        makers.movie()[:-4],
        makers.movie()[:60],
        makers.box(b"ftyp", b"isom", bytes(4)) + makers.box(b"mdat", b"x"),
        makers.box(b"ftyp", b"isom", bytes(4)) + b"\0\0\0\x01moov" + b"\xff" * 8,
        makers.box(b"ftyp", b"isom", bytes(4)) + b"\0\0\0\x04moov",
        makers.movie(handlers=(b"meta",)),
    ],
)
def test_a_film_that_was_cut_off_or_lies_about_its_boxes_is_refused(content: bytes) -> None:
    with pytest.raises(rules.NotAccepted):
        rules.sniff(io.BytesIO(content))


@pytest.mark.parametrize(
    ("given", "mime", "kept"),
    [
        ("../../etc/passwd", "image/jpeg", "passwd.jpg"),
        ("C:\\Users\\zhang\\井盖.JPEG", "image/jpeg", "井盖.jpeg"),
        ("a\x00b\x1b[31m\r\nc.pdf", "application/pdf", "ab[31m c.pdf"),
        ("gpj.\u202eexe", "image/jpeg", "gpj.jpg"),
        ("page.html", "image/jpeg", "page.jpg"),
        ("no ending", "audio/amr", "no ending.amr"),
        ("...", "video/mp4", "video.mp4"),
        ("", "image/jpeg", "photo.jpg"),
        ("lone \ud800 half.pdf", "application/pdf", "lone half.pdf"),
        ("见 2026.3.2 现场", "image/jpeg", "见 2026.3.2 现场.jpg"),
    ],
)
def test_a_name_keeps_its_words_and_loses_everything_else(given: str, mime: str, kept: str) -> None:
    assert rules.clean_name(given, mime) == kept


def test_a_name_of_ten_megabytes_is_cut() -> None:
    name = rules.clean_name("很" * 10_000_000 + ".jpg", "image/jpeg")
    assert len(name) == MOST_NAME
    assert name.endswith(".jpg")


def test_no_accepted_type_can_run_as_a_page() -> None:
    assert not {mime for mime in TYPES if "html" in mime or "svg" in mime or mime.endswith("xml")}
