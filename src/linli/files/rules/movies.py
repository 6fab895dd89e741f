"""MP4, QuickTime and 3GPP: what is in them, and where they tell a place (ISO/IEC 14496-12).

Boxes that are not needed to play the file can tell a place, a person or a device. They are renamed
to `free` and their content zeroed, so that no offset in the file moves; the samples of a removed
track are zeroed too. Picture and sound are not touched.
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
#: What is needed at the first level, and in `moov`; everything else is wiped there.
_NEEDED = {b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"sidx", b"styp", b"wide"}
_NEEDED_IN_MOOV = {b"mvhd", b"trak", b"mvex", b"iods", b"ctab"}
_MOST_SAMPLES = 500_000
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
    samples: list[tuple[int, int]] = field(default_factory=list)  # start and length, to be zeroed
    in_pieces: bool = False  # fragmented
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
            movie.in_pieces |= box.name == b"moof"
        elif box.name not in _NEEDED:
            movie.telling.append(box)
    if b"moov" not in found or not movie.has_media:
        raise Broken
    if any(start + length > end for start, length in movie.samples):
        raise Broken
    return movie


def wipe(content: IO[bytes], movie: Movie) -> None:
    """Turn what tells into free space, in place. Raises Broken where it is scattered over pieces.

    Samples first: the tables that say where they are go with their track.
    """
    if movie.in_pieces and any(box.name == b"trak" for box in movie.telling):
        raise Broken
    for start, length in movie.samples:
        content.seek(start)
        _zero(content, length)
    for box in movie.telling:
        content.seek(box.start + 4)
        content.write(b"free")
        content.seek(box.body)
        _zero(content, box.end - box.body)
    content.seek(0)


def _zero(content: IO[bytes], length: int) -> None:
    while length:
        step = min(length, 65536)
        content.write(bytes(step))
        length -= step


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
        elif box.name not in _NEEDED_IN_MOOV:
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
        movie.samples += _samples(content, track, left)


def _samples(content: IO[bytes], track: Box, left: list[int]) -> list[tuple[int, int]]:
    """Where the samples of a track are, chunk by chunk (ISO/IEC 14496-12, 8.7)."""
    tables = {box.name: box for box in _inside(content, track, left)}
    wide = b"co64" in tables
    offsets = _table(content, tables.get(b"co64") or tables.get(b"stco"), ">Q" if wide else ">I")
    runs = _table(content, tables.get(b"stsc"), ">III")
    sizes = _sizes(content, tables.get(b"stsz"))
    found, at, run = [], 0, 0
    for number, (offset,) in enumerate(offsets, start=1):
        while run + 1 < len(runs) and runs[run + 1][0] <= number:
            run += 1
        many = runs[run][1] if runs else 0
        length = sum(sizes[at : at + many])
        at += many
        if length:
            found.append((offset, length))
    return found


def _inside(content: IO[bytes], box: Box, left: list[int]) -> Iterator[Box]:
    for part in _boxes(content, box.body, box.end, left):
        if part.name in {b"mdia", b"minf", b"stbl"}:
            yield from _inside(content, part, left)
        else:
            yield part


def _table(content: IO[bytes], box: Box | None, row: str) -> list[tuple[int, ...]]:
    if box is None:
        return []
    content.seek(box.body + 4)
    (rows,) = struct.unpack(">I", content.read(4).rjust(4, b"\0"))
    size = struct.calcsize(row)
    if rows > _MOST_SAMPLES or box.body + 8 + rows * size > box.end:
        raise Broken
    return list(struct.iter_unpack(row, content.read(rows * size)))


def _sizes(content: IO[bytes], box: Box | None) -> list[int]:
    if box is None:
        return []
    content.seek(box.body + 4)
    head = content.read(8)
    if len(head) < 8 or box.end - box.body < 12:
        raise Broken
    same, many = struct.unpack(">II", head)
    if many > _MOST_SAMPLES:
        raise Broken
    if same:
        return [same] * many
    if box.body + 12 + many * 4 > box.end:
        raise Broken
    return [size for (size,) in struct.iter_unpack(">I", content.read(many * 4))]


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
