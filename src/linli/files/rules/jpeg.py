"""JPEG without decoding it: how it is stored, and a copy without what was written beside it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

_START_OF_SCAN, _END = 0xDA, 0xD9
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_MOST_SEGMENTS = 10_000
#: APP1 (Exif, XMP), APP3 … APP13 and APP15 (makers' notes, IPTC) and comments; APP0 (JFIF),
#: APP2 (colour profile) and APP14 (colour transform) are needed to draw it.
_TELLING = {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}


class Segment(NamedTuple):
    """A marker and where it and what belongs to it stand."""

    marker: int
    start: int
    end: int


def whole_at_once(content: IO[bytes]) -> bool:
    """Whether a decoder must keep the whole picture before it can draw: progressive, or a scan a
    colour (ITU-T T.81). False for what cannot be read: the decoder will say so.
    """
    colours = 0
    for segment in _segments(content):
        content.seek(segment.start + 4)
        if segment.marker in _FRAMES:
            if segment.marker in _PROGRESSIVE:
                return True
            head = content.read(6)
            colours = head[5] if len(head) == 6 else 0
        elif segment.marker == _START_OF_SCAN:
            head = content.read(1)
            return bool(head) and head[0] < colours
    return False


def without_notes(data: bytes) -> bytes:
    """`data` without Exif, XMP, IPTC, makers' notes and comments; unchanged if it is no JPEG.

    What follows the end of the picture (a second picture, a film) is left out too.
    """
    from io import BytesIO

    if data[:2] != b"\xff\xd8":
        return data
    kept = [data[:2]]
    for segment in _segments(BytesIO(data)):
        if segment.marker == _START_OF_SCAN:
            kept.append(data[segment.start : _end_of_picture(data, segment.end)])
            return b"".join(kept)
        if segment.marker not in _TELLING:
            kept.append(data[segment.start : segment.end])
    return data


def _end_of_picture(data: bytes, at: int) -> int:
    """Just after the end marker; inside scans every FF of data is followed by 00."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        marker = data[at + 1]
        if marker == _END:
            return at + 2
        if marker == 0 or 0xD0 <= marker <= 0xD7 or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
        elif at + 4 <= len(data):  # tables between scans
            at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        else:
            break
    return len(data)


def _segments(content: IO[bytes]) -> Iterator[Segment]:
    """The segments up to the first scan's head."""
    at = 2
    for _i in range(_MOST_SEGMENTS):
        content.seek(at)
        head = content.read(4)
        if len(head) < 4 or head[0] != 0xFF:
            return
        if head[1] == 0xFF:  # a filling byte
            at += 1
            continue
        length = struct.unpack(">H", head[2:])[0]
        if length < 2:
            return
        yield Segment(head[1], at, at + 2 + length)
        if head[1] == _START_OF_SCAN:
            return
        at += 2 + length
