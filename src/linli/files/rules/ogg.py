"""OGG: comments are overwritten where they stand, with the same number of bytes (RFC 3533).

Opus (RFC 7845, 5.2), Vorbis and Speex carry them in their second packet, FLAC in its metadata
blocks. Packets after the headers are sound and are not touched.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, NamedTuple

_MOST_PAGES = 200_000
_FIRST = 0x02  # header type: first page of a stream
_GOES_ON = 0x01
_NO_COMMENTS = struct.pack("<II", 0, 0)  # no vendor, no comments
_FLAC_COMMENT, _FLAC_PADDING = 4, 1
_FLAC_HARMLESS = {0, 3}  # stream info, seek table


class Broken(ValueError):
    """The pages do not follow one another, or a stream is none of sound."""


class Page(NamedTuple):
    """One page: where it begins, where its segments are, and what it says of itself."""

    start: int
    kind: int
    serial: int
    lengths: bytes  # of its segments; below 255 ends a packet
    body: int
    end: int


@dataclass(slots=True)
class _Stream:
    codec: str
    headers: int | None  # how many packets of headers; None: until FLAC's last block
    packets: int = 0
    pieces: list[tuple[int, int]] = field(default_factory=list)  # of the packet under way

    @property
    def in_headers(self) -> bool:
        return self.headers is None or self.packets < self.headers


def wipe(content: IO[bytes]) -> None:
    """Empty every comment of `content`, in place. Raises Broken; then nothing was changed."""
    wiped: list[tuple[list[tuple[int, int]], bytes]] = []
    streams: dict[int, _Stream] = {}
    pages = list(_pages(content))
    for page in pages:
        if page.kind & _FIRST:
            streams[page.serial] = _stream_of(content, page)
        stream = streams.get(page.serial)
        if stream is None:
            raise Broken
        if stream.in_headers:
            _read_headers(content, page, stream, wiped)
    touched = set()
    for pieces, words in wiped:
        at = 0
        for start, length in pieces:
            content.seek(start)
            content.write(words[at : at + length])
            at += length
            touched.add(start)
    for page in pages:
        if any(page.body <= start < page.end for start in touched):
            _seal(content, page)
    content.seek(0)


def _pages(content: IO[bytes]) -> Iterator[Page]:
    end = content.seek(0, 2)
    at = 0
    for _i in range(_MOST_PAGES):
        if at == end:
            return
        content.seek(at)
        head = content.read(27)
        if len(head) < 27 or head[:5] != b"OggS\0":
            raise Broken
        lengths = content.read(head[26])
        body = at + 27 + head[26]
        stop = body + sum(lengths)
        if len(lengths) < head[26] or stop > end:
            raise Broken
        yield Page(at, head[5], int.from_bytes(head[14:18], "little"), lengths, body, stop)
        at = stop
    raise Broken


def _stream_of(content: IO[bytes], page: Page) -> _Stream:
    content.seek(page.body)
    head = content.read(13)
    if head[:8] == b"OpusHead":
        return _Stream("opus", 2)
    if head[:7] == b"\x01vorbis":
        return _Stream("vorbis", 3)
    if head[:8] == b"Speex   ":
        return _Stream("speex", 2)
    if head[:5] == b"\x7fFLAC":
        return _Stream("flac", None)
    raise Broken


def _read_headers(
    content: IO[bytes],
    page: Page,
    stream: _Stream,
    wiped: list[tuple[list[tuple[int, int]], bytes]],
) -> None:
    if bool(page.kind & _GOES_ON) != bool(stream.pieces):
        raise Broken
    at = page.body
    for length in page.lengths:
        stream.pieces.append((at, length))
        at += length
        if length == 255:
            continue
        pieces, stream.pieces = stream.pieces, []
        words = _emptied(stream, b"".join(_read(content, pieces)))
        if words is not None:
            wiped.append((pieces, words))
        stream.packets += 1
        if not stream.in_headers:
            return


def _read(content: IO[bytes], pieces: list[tuple[int, int]]) -> Iterator[bytes]:
    for start, length in pieces:
        content.seek(start)
        yield content.read(length)


def _emptied(stream: _Stream, packet: bytes) -> bytes | None:
    """The packet without its comments, as long as before; None if it has none."""
    if stream.packets == 0:
        return None
    if stream.codec == "flac":
        return _flac_block(stream, packet)
    if stream.packets != 1:
        return None
    opening, closing = {
        "opus": (b"OpusTags", b""),
        "vorbis": (b"\x03vorbis", b"\x01"),  # the framing bit
        "speex": (b"", b""),
    }[stream.codec]
    words = opening + _NO_COMMENTS + closing
    if not packet.startswith(opening) or len(packet) < len(words):
        raise Broken
    return words.ljust(len(packet), b"\0")


def _flac_block(stream: _Stream, packet: bytes) -> bytes | None:
    if len(packet) < 4:
        raise Broken
    kind, last = packet[0] & 0x7F, packet[0] & 0x80
    if last:
        stream.headers = stream.packets + 1
    if kind in _FLAC_HARMLESS:
        return None
    if kind == _FLAC_COMMENT and len(packet) >= 12:
        return packet[:4] + _NO_COMMENTS.ljust(len(packet) - 4, b"\0")
    return bytes([last | _FLAC_PADDING]) + packet[1:4] + bytes(len(packet) - 4)


def _table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _i in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return table


_CRC = _table()


def checksum(page: bytes) -> int:
    """The CRC of a page whose own checksum is zero (RFC 3533, 6)."""
    value = 0
    for byte in page:
        value = ((value << 8) & 0xFFFFFFFF) ^ _CRC[(value >> 24) ^ byte]
    return value


def _seal(content: IO[bytes], page: Page) -> None:
    content.seek(page.start)
    data = bytearray(content.read(page.end - page.start))
    data[22:26] = bytes(4)
    data[22:26] = struct.pack("<I", checksum(bytes(data)))
    content.seek(page.start)
    content.write(data)
