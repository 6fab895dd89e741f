"""Files as real encoders write them (`samples/README.md`): nothing told on the side remains."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from linli.files import rules
from linli.files.rules import ogg
from linli.files.rules.preparing import prepare

from . import makers

NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"
TOLD = (b"Leak", b"31.2304", b"Lavf", b"Lavc")
LEAKING = ["opus.ogg", "vorbis.ogg", "flac.ogg", "speex.ogg", "tagged.mp3", "film.webm",
           "live.webm", "film.mp4", "film.mov", "pieces.mp4", "scan.pdf"]  # fmt: skip


def prepared(name: str) -> tuple[rules.Prepared, bytes]:
    """The sample as others see it."""
    source = io.BytesIO((SAMPLES / name).read_bytes())
    made = prepare(source, rules.sniff(source), now=NOW)
    with made.clean:
        return made, made.clean.read()


@pytest.mark.parametrize("name", LEAKING)
def test_nothing_told_on_the_side_remains(name: str) -> None:
    assert b"Leak" in (SAMPLES / name).read_bytes()
    _made, clean = prepared(name)
    assert not [words for words in TOLD[:2] if words in clean]
    assert rules.sniff(io.BytesIO(clean)) == rules.sniff(io.BytesIO((SAMPLES / name).read_bytes()))


@pytest.mark.parametrize("name", ["opus.ogg", "vorbis.ogg", "flac.ogg", "speex.ogg"])
def test_the_pages_of_a_cleaned_ogg_hold(name: str) -> None:
    clean = prepared(name)[1]
    at = pages = 0
    while at < len(clean):
        lengths = clean[at + 27 : at + 27 + clean[at + 26]]
        end = at + 27 + len(lengths) + sum(lengths)
        page = bytearray(clean[at:end])
        told, page[22:26] = bytes(page[22:26]), bytes(4)
        assert struct.pack("<I", ogg.checksum(bytes(page))) == told
        at, pages = end, pages + 1
    assert pages > 1
    assert len(clean) == len((SAMPLES / name).read_bytes())


@pytest.mark.parametrize("name", ["film.webm", "live.webm", "film.mp4", "film.mov"])
def test_what_is_seen_and_heard_stays_where_it_was(name: str) -> None:
    before, clean = (SAMPLES / name).read_bytes(), prepared(name)[1]
    assert len(clean) == len(before)
    marker = b"mdat" if name.startswith("film.m") else b"\x1f\x43\xb6\x75"  # a WebM cluster
    at = before.index(marker)
    assert clean[at : at + 600] == before[at : at + 600]


def test_the_place_of_an_iphones_photo_is_read_and_its_copy_has_none() -> None:
    made, clean = prepared("phone.heic")
    assert made.mime == "image/jpeg"
    assert made.place == pytest.approx((121.4737, 31.2304), abs=1e-4)
    assert made.taken_at == datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    assert made.original is not None
    assert b"LeakPhone" not in clean
    with Image.open(io.BytesIO(clean)) as photo:
        assert photo.format == "JPEG"
        assert not dict(photo.getexif())
        assert photo.size == (320, 240)  # the file says itself how it is turned, not its notes
        corner = photo.convert("RGB").getpixel((20, 20))
    assert isinstance(corner, tuple)
    assert corner[0] > 200 > corner[2]


def test_a_heic_that_was_cut_off_is_refused() -> None:
    content = (SAMPLES / "phone.heic").read_bytes()
    with pytest.raises(rules.NotAccepted):
        prepare(io.BytesIO(content[:600]), "image/heic", now=NOW)


def test_a_pdf_behind_a_password_is_refused_with_the_remedy() -> None:
    from django.utils import translation

    with translation.override("en"), pytest.raises(rules.NotAccepted, match="password"):
        prepared("locked.pdf")


def test_the_way_of_a_camera_is_zeroed_in_the_film_too() -> None:
    """Samples of a metadata track lie in `mdat`; dropping the track alone would leave them."""
    way = b"+31.2304+121.4737/+31.2305+121.4738/"

    def film(offset: int) -> bytes:
        tables = makers.box(
            b"stbl",
            makers.box(b"stco", struct.pack(">III", 0, 1, offset)),
            makers.box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 2, 1)),
            makers.box(b"stsz", struct.pack(">III", 0, len(way) // 2, 2)),
        )
        told = makers.box(
            b"trak",
            makers.box(b"tkhd", bytes(84)),
            makers.box(
                b"mdia",
                makers.box(b"hdlr", bytes(8), b"meta", bytes(13)),
                makers.box(b"minf", tables),
            ),
        )
        mvhd = makers.box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, 2500), bytes(80))
        head = makers.box(b"ftyp", b"qt  ", bytes(4), b"qt  ")
        moov = makers.box(b"moov", mvhd, makers.track(b"vide"), told)
        return head + moov + makers.box(b"mdat", b"pictures", way, b"more pictures")

    content = film(0)
    content = film(content.index(way))
    source = io.BytesIO(content)
    made = prepare(source, rules.sniff(source), now=NOW)
    with made.clean:
        clean = made.clean.read()
    assert b"31.230" not in clean
    assert clean.endswith(b"pictures" + bytes(len(way)) + b"more pictures")


@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_progressive_photo_of_too_many_pixels_is_refused_with_the_remedy(
    subsampling: int,
) -> None:
    from django.utils import translation

    target = io.BytesIO()
    Image.new("RGB", (6000, 5000), "steelblue").save(
        target, "JPEG", progressive=True, subsampling=subsampling
    )
    with translation.override("en"), pytest.raises(rules.TooBig, match="progressive"):
        prepare(target, "image/jpeg", now=NOW)
    in_lines = io.BytesIO()
    Image.new("RGB", (6000, 5000), "steelblue").save(in_lines, "JPEG", subsampling=subsampling)
    prepare(in_lines, "image/jpeg", now=NOW).clean.close()


def test_a_photo_inside_a_word_file_loses_its_place() -> None:
    import zipfile

    content = makers.office(more={"word/media/image1.jpeg": makers.photo((64, 48))})
    source = io.BytesIO(content)
    made = prepare(source, rules.sniff(source), now=NOW)
    with made.clean, zipfile.ZipFile(made.clean) as archive:
        picture = archive.read("word/media/image1.jpeg")
    assert b"Exif" not in picture
    assert b"Zhang San" not in picture
    with Image.open(io.BytesIO(picture)) as image:
        image.load()
        assert image.size == (64, 48)


def test_tags_between_and_behind_the_frames_of_a_recording_go() -> None:
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, 32, 0, 0) + bytes(8) + b"LeakName"
    content = makers.MP3_FRAME * 3 + b"ID3\x04\0\0\0\0\0\x08LeakName" + makers.MP3_FRAME * 2 + ape
    made = prepare(io.BytesIO(content), "audio/mpeg", now=NOW)
    with made.clean:
        assert made.clean.read() == makers.MP3_FRAME * 5


def test_speech_keeps_only_its_frames() -> None:
    frame = b"\x3c" + bytes(31)  # 12.2 kbit/s
    made = prepare(io.BytesIO(b"#!AMR\n" + frame * 5 + b"LeakName"), "audio/amr", now=NOW)
    with made.clean:
        assert made.clean.read() == b"#!AMR\n" + frame * 5
    assert made.duration is not None
    assert made.duration.total_seconds() == pytest.approx(0.1)
