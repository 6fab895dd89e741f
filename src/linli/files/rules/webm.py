"""Which tracks a WebM file has (RFC 8794, RFC 9559)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, NamedTuple

VIDEO, AUDIO = 1, 2
_SEGMENT, _TRACKS, _ENTRY, _TYPE = 0x18538067, 0x1654AE6B, 0xAE, 0x83
_CLUSTER = 0x1F43B675
_MOST_ELEMENTS = 2_000


class Element(NamedTuple):
    """An element's id and the extent of its content."""

    id: int
    body: int
    end: int


def track_types(content: IO[bytes]) -> set[int]:
    """The types of the tracks that are announced before the first cluster; empty if none."""
    size = content.seek(0, 2)
    left = [_MOST_ELEMENTS]
    found: set[int] = set()
    for top in _elements(content, 0, size, left):
        if top.id != _SEGMENT:
            continue
        for part in _elements(content, top.body, top.end, left):
            if part.id == _CLUSTER:
                break
            if part.id == _TRACKS:
                for entry in _elements(content, part.body, part.end, left):
                    if entry.id == _ENTRY:
                        found |= _types(content, entry, left)
    return found


def _types(content: IO[bytes], entry: Element, left: list[int]) -> set[int]:
    found = set()
    for part in _elements(content, entry.body, entry.end, left):
        if part.id == _TYPE:
            content.seek(part.body)
            found.add(int.from_bytes(content.read(min(8, part.end - part.body)), "big"))
    return found


def _elements(content: IO[bytes], start: int, end: int, left: list[int]) -> Iterator[Element]:
    at = start
    while at < end and left[0] > 0:
        left[0] -= 1
        content.seek(at)
        head = content.read(12)
        if len(head) < 2 or not head[0]:
            return
        id_length = 9 - head[0].bit_length()
        if id_length > 4 or len(head) <= id_length or not head[id_length]:
            return
        size_length = 9 - head[id_length].bit_length()
        size_bytes = head[id_length : id_length + size_length]
        size = int.from_bytes(size_bytes, "big") & ((1 << 7 * size_length) - 1)
        body = at + id_length + size_length
        unknown = size == (1 << 7 * size_length) - 1  # written live: up to the end of its parent
        stop = end if unknown else min(end, body + size)
        yield Element(int.from_bytes(head[:id_length], "big"), body, stop)
        at = stop
