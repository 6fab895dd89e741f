"""What others see of a file tells nothing of the person, the device and the place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import IO

import pytest
from django.utils import translation
from PIL import Image

from linli.files import rules
from linli.files.rules import office, photos
from linli.files.rules.preparing import prepare

from . import makers

NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
Maker = Callable[[bytes], rules.Prepared]
TAKEN = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)


@pytest.fixture
def made() -> Iterator[Maker]:
    """Prepares bytes as an upload is prepared; closes what came of it."""
    with ExitStack() as stack:

        def make(content: bytes) -> rules.Prepared:
            source = io.BytesIO(content)
            prepared = prepare(source, rules.sniff(source), now=NOW)
            stack.callback(prepared.clean.close)
            return prepared

        yield make


def bytes_of(content: IO[bytes]) -> bytes:
    content.seek(0)
    return content.read()


@pytest.mark.parametrize("place", [(86.5640, 27.5916), (-70.25, -33.125), (121.47, 31.23)])
def test_place_and_time_of_a_photo_are_read_and_its_copy_has_none(
    made: Maker,
    place: tuple[float, float],
) -> None:
    original = makers.photo(gps=place)
    assert b"Linliphone" in original
    assert b"Zhang San" in original
    photo = made(original)
    assert photo.place == pytest.approx(place, abs=1e-6)
    assert photo.taken_at == TAKEN
    clean = bytes_of(photo.clean)
    for part in (clean, photo.thumb or b""):
        with Image.open(io.BytesIO(part)) as image:
            image.load()
            assert not dict(image.getexif())
            assert not {"exif", "comment", "xmp", "icc_profile", "photoshop"} & set(image.info)
        assert b"Linliphone" not in part
        assert b"Zhang San" not in part
        assert b"Exif" not in part
    assert photo.original is not None
    assert bytes_of(photo.original) == original


def test_a_photo_without_time_zone_is_taken_to_be_in_the_citys(made: Maker) -> None:
    assert made(makers.photo(offset="", taken="2026:03:02 08:30:00")).taken_at == TAKEN


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "2031:01:01 00:00:00", "rubbish", ""])
def test_a_time_that_cannot_be_is_none(made: Maker, taken: str) -> None:
    assert made(makers.photo(taken=taken)).taken_at is None


def test_a_place_of_zero_degrees_is_none(made: Maker) -> None:
    assert made(makers.photo(gps=(0.0, 0.0))).place is None


def test_a_large_photo_is_made_smaller_and_upright(made: Maker) -> None:
    photo = made(makers.photo((4000, 3000), orientation=6))
    assert (photo.width, photo.height) == (1920, 2560)
    with Image.open(io.BytesIO(photo.thumb or b"")) as thumb:
        assert thumb.size == (360, 480)
    with Image.open(photo.clean) as clean:
        right_top = clean.convert("RGB").getpixel((1900, 20))
    assert isinstance(right_top, tuple)
    assert right_top[0] > right_top[2]  # the red corner came from the left top


def test_what_is_transparent_becomes_white(made: Maker) -> None:
    photo = made(makers.png())
    with Image.open(photo.clean) as clean:
        assert clean.getpixel((5, 5)) == (255, 255, 255)
    assert photo.mime == "image/jpeg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "I;16"])
def test_every_mode_of_a_png_is_read(made: Maker, mode: str) -> None:
    assert made(makers.png(mode=mode)).width == 40


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_photo_that_was_cut_off_is_refused(made: Maker, share: float) -> None:
    content = makers.photo((2000, 1500))
    with translation.override("en"), pytest.raises(rules.NotAccepted, match="damaged"):
        made(content[: int(len(content) * share)])


def test_bytes_that_only_begin_like_a_photo_are_refused(made: Maker) -> None:
    with pytest.raises(rules.NotAccepted):
        made(b"\xff\xd8\xff\xe0" + makers.office_bomb()[:5000])
    with pytest.raises(rules.NotAccepted):
        made(b"\xff\xd8\xff" + b"<html>" * 500)


@pytest.mark.parametrize("size", [(6000, 6000), (30_000, 30_000), (60_000, 60_000)])
def test_a_photo_of_too_many_pixels_is_refused_before_it_is_unpacked(
    made: Maker,
    size: tuple[int, int],
) -> None:
    content = makers.png_of_huge_dimensions(*size)
    assert len(content) < 1000
    with translation.override("en"), pytest.raises(rules.TooBig, match="megapixels"):
        made(content)


def test_a_word_file_loses_its_author_and_keeps_its_words(made: Maker) -> None:
    document = made(makers.office(author="张三"))
    with zipfile.ZipFile(document.clean) as archive:
        assert "井盖" in archive.read("word/document.xml").decode()
        assert "张三" not in archive.read("docProps/core.xml").decode()
        assert archive.testzip() is None


@pytest.mark.parametrize(("lying", "refusal"), [(False, rules.TooBig), (True, rules.NotAccepted)])
def test_a_zip_bomb_that_poses_as_a_word_file_is_refused(
    made: Maker, lying: bool, refusal: type[Exception]
) -> None:
    bomb = makers.office_bomb(lying=lying)
    assert len(bomb) < 1_000_000
    with pytest.raises(refusal):
        made(bomb)


def test_a_word_file_of_too_many_parts_is_refused(made: Maker) -> None:
    with pytest.raises(rules.TooBig):
        made(makers.office(more={f"word/{n}.xml": b"" for n in range(office.MOST_PARTS)}))


def test_a_word_file_whose_parts_climb_out_of_it_is_refused(made: Maker) -> None:
    with pytest.raises(rules.NotAccepted):
        made(makers.office(more={"../../x": b"x"}))


def test_a_pdf_that_was_cut_off_is_refused(made: Maker) -> None:
    with pytest.raises(rules.NotAccepted):
        made(makers.pdf()[:40])


@pytest.mark.parametrize("brand", [b"isom", b"qt  ", b"3gp5"])
def test_the_place_of_a_film_is_read_and_wiped(made: Maker, brand: bytes) -> None:
    content = makers.movie(brand, place=b"+27.5916+086.5640+8850/")
    film = made(content)
    assert film.place == (86.5640, 27.5916)
    assert film.duration == timedelta(seconds=2.5)
    assert (film.width, film.height) == (640, 360)
    assert film.taken_at == TAKEN
    clean = bytes_of(film.clean)
    assert b"27.5916" not in clean
    assert b"udta" not in clean
    assert len(clean) == len(content)
    assert clean.endswith(makers.box(b"mdat", b"pictures"))
    assert rules.sniff(io.BytesIO(clean)) == rules.sniff(io.BytesIO(content))


def test_the_way_of_the_camera_is_taken_out_of_a_film(made: Maker) -> None:
    content = makers.movie(handlers=(b"vide", b"meta"))
    clean = bytes_of(made(content).clean)
    assert content.count(b"trak") == 2
    assert clean.count(b"trak") == 1


def test_a_recording_loses_the_names_in_its_tags(made: Maker) -> None:
    clean = bytes_of(made(makers.mp3()).clean)
    assert clean == makers.MP3_FRAME * 4


def test_a_wav_keeps_only_its_sound(made: Maker) -> None:
    sound = made(makers.wav(2))
    clean = bytes_of(sound.clean)
    assert b"Zhang San" not in clean
    assert sound.duration == timedelta(seconds=2)
    assert clean[4:8] == (len(clean) - 8).to_bytes(4, "little")


@pytest.mark.parametrize("mime", makers.EVERY_KIND)
def test_a_prepared_file_is_still_of_its_kind(made: Maker, mime: str) -> None:
    prepared = made(makers.EVERY_KIND[mime])
    assert rules.sniff(prepared.clean) == prepared.mime


def test_twelve_megapixels_shrink_to_the_long_edge(made: Maker) -> None:
    photo = made(makers.photo((4032, 3024)))
    assert max(photo.width or 0, photo.height or 0) == photos.LONG_EDGE
