"""MP4, QuickTime and 3GPP: what is in them, and where they tell a place (ISO/IEC 14496-12).

Boxes that can tell a place, a person or a device are renamed to `free` and their content zeroed, so
that no offset in the file moves. Picture and sound are not touched.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import IO, NamedTuple

_MOST_BOXES = 20_000
_MOST_DEPTH = 8
_CONTAINERS = {b"moov", b"trak", b"mdia"}
# Metadata of any kind: udta (©xyz, loci …), meta (Apple's keys), uuid (XMP), gps (dash cameras).
_TELLING = {b"udta", b"meta", b"uuid", b"gps ", b"gpmd", b"gps0"}
_SEEN_OR_HEARD = {b"vide", b"soun"}
_ISO_6709 = re.compile(rb"([+-]\d{1,3}\.\d+)([+-]\d{1,3}\.\d+)")
_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)  # of ISO media times


class Broken(ValueError):
    """The boxes contradict the length of the file."""


class Box(NamedTuple):
    """Name and the extent of its content, in bytes from the beginning of the file."""

    name: bytes
    start: int
    body: int
    end: int


@dataclass(slots=True)
class Movie:
    """What a file says of itself."""

    handlers: set[bytes] = field(default_factory=set)
    telling: list[Box] = field(default_factory=list)  # to be wiped
    width: int | None = None
    height: int | None = None
    duration: timedelta | None = None
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None
    has_media: bool = False


def read(content: IO[bytes]) -> Movie:
    """Walk the boxes. Raises Broken for a file that is cut off or nonsense."""
    movie = Movie()
    end = content.seek(0, 2)
    left = [_MOST_BOXES]
    found = set()
    for box in _boxes(content, 0, end, left):
        found.add(box.name)
        if box.name == b"moov":
            _read_moov(content, box, movie, left)
        elif box.name in {b"mdat", b"moof"}:
            movie.has_media = True
        elif box.name in _TELLING:
            movie.telling.append(box)
    if b"moov" not in found or not movie.has_media:
        raise Broken
    return movie


def wipe(content: IO[bytes], boxes: list[Box]) -> None:
    """Turn `boxes` into free space, in place."""
    for box in boxes:
        content.seek(box.start + 4)
        content.write(b"free")
        content.seek(box.body)
        left = box.end - box.body
        while left:
            step = min(left, 65536)
            content.write(bytes(step))
            left -= step
    content.seek(0)


def _boxes(content: IO[bytes], start: int, end: int, left: list[int]) -> Iterator[Box]:
    at = start
    while at < end:
        left[0] -= 1
        if left[0] < 0 or end - at < 8:
            if left[0] >= 0 and start > 0 and end - at == 4:
                return  # QuickTime ends some lists with four zero bytes
            raise Broken
        content.seek(at)
        size, name = struct.unpack(">I4s", content.read(8))
        body = at + 8
        if size == 1:
            wide = content.read(8)
            if len(wide) < 8:
                raise Broken
            (size,) = struct.unpack(">Q", wide)
            body += 8
        elif size == 0:
            size = end - at
        if size < body - at or at + size > end:
            raise Broken
        yield Box(name, at, body, at + size)
        at += size


def _read_moov(content: IO[bytes], moov: Box, movie: Movie, left: list[int]) -> None:
    for box in _boxes(content, moov.body, moov.end, left):
        if box.name == b"mvhd":
            _read_header(content, box, movie)
        elif box.name == b"trak":
            _read_track(content, box, movie, left)
        elif box.name in _TELLING:
            _find_place(content, box, movie)
            movie.telling.append(box)


def _read_header(content: IO[bytes], box: Box, movie: Movie) -> None:
    head = _bytes(content, box, 40)
    if len(head) < 24:
        raise Broken
    if head[0] == 1:
        if len(head) < 32:
            raise Broken
        created, _changed, scale, length = struct.unpack(">QQIQ", head[4:32])
        unknown = 2**64 - 1
    else:
        created, _changed, scale, length = struct.unpack(">IIII", head[4:20])
        unknown = 2**32 - 1
    if scale and 0 < length < unknown and length / scale < 7 * 86400:
        movie.duration = timedelta(milliseconds=round(length / scale * 1000))
    if 0 < created < 2**33:
        movie.taken_at = _EPOCH + timedelta(seconds=created)


def _read_track(content: IO[bytes], track: Box, movie: Movie, left: list[int]) -> None:
    handler, telling = b"", []
    for box in _boxes(content, track.body, track.end, left):
        if box.name == b"mdia":
            for part in _boxes(content, box.body, box.end, left):
                if part.name == b"hdlr":
                    handler = _bytes(content, part, 12)[8:12]
                elif part.name in _TELLING:
                    telling.append(part)
        elif box.name == b"tkhd":
            head = _bytes(content, box, 104)
            wide, high = struct.unpack(">II", head[-8:]) if len(head) >= 84 else (0, 0)
            if wide >> 16 and high >> 16:
                movie.width, movie.height = wide >> 16, high >> 16
        elif box.name in _TELLING:
            _find_place(content, box, movie)
            telling.append(box)
    if handler in _SEEN_OR_HEARD:
        movie.handlers.add(handler)
        movie.telling += telling
    else:  # timed metadata: the way of a camera, point by point
        movie.telling.append(track)


def _bytes(content: IO[bytes], box: Box, most: int) -> bytes:
    content.seek(box.body)
    return content.read(min(most, box.end - box.body))


def _find_place(content: IO[bytes], box: Box, movie: Movie) -> None:
    """A place in ISO 6709 (latitude first), or in 3GPP's `loci`."""
    words = _bytes(content, box, 65536)
    if (found := _ISO_6709.search(words)) and movie.place is None:
        movie.place = _sane(float(found[2]), float(found[1]))
    at = words.find(b"loci")
    if at >= 0 and movie.place is None:
        name_end = words.find(b"\0", at + 10)
        spot = words[name_end + 2 : name_end + 10] if name_end >= 0 else b""
        if len(spot) == 8:
            lon, lat = struct.unpack(">ii", spot)
            movie.place = _sane(lon / 65536, lat / 65536)


def _sane(lon: float, lat: float) -> tuple[float, float] | None:
    fits = -180 <= lon <= 180 and -90 <= lat <= 90 and (lon, lat) != (0, 0)
    return (lon, lat) if fits else None
