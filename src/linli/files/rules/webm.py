"""WebM: which tracks a file has, and what it tells on the side (RFC 8794, RFC 9559).

Elements that can tell a place, a person, a time or a device are turned into Void elements of the
same length, so that nothing in the file moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, NamedTuple

VIDEO, AUDIO = 1, 2
_HEAD, _SEGMENT, _TRACKS, _ENTRY, _TYPE = 0x1A45DFA3, 0x18538067, 0x1654AE6B, 0xAE, 0x83
_INFO, _CLUSTER, _CUES, _SEEK = 0x1549A966, 0x1F43B675, 0x1C53BB6B, 0x114D9B74
_TAGS, _ATTACHMENTS, _CHAPTERS = 0x1254C367, 0x1941A469, 0x1043A770
_VOID, _CRC = 0xEC, 0xBF
_KEPT = {_SEEK, _TRACKS, _INFO, _CLUSTER, _CUES}
#: Elements of a segment's first level: one of them ends a cluster written live, of unknown length.
_LEVEL_1 = _KEPT | {_TAGS, _ATTACHMENTS, _CHAPTERS}
# Title, file names, unique numbers of this file and its neighbours, the date; a track's name.
_TELLING_INFO = {0x7BA9, 0x7384, 0x3C83AB, 0x3E83BB, 0x4461, 0x73A4, 0x3CB923, 0x3EB923, 0x4444}
_TELLING_TRACK = {0x536E}
_PROGRAMS = {0x4D80, 0x5741}  # must be there: overwritten with spaces
_MOST_ELEMENTS = 2_000
_MOST_IN_ALL = 600_000


class Broken(ValueError):
    """The elements contradict each other, or a track is neither picture nor sound."""


class Element(NamedTuple):
    """An element's id, where it begins, and the extent of its content."""

    id: int
    start: int
    body: int
    end: int
    endless: bool  # of unknown length: up to the end of its parent


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


def wipe(content: IO[bytes]) -> None:
    """Void what tells on the side, in place, and cut off what follows the last element.

    Raises Broken for tracks that are neither picture nor sound, and for too many elements.
    """
    size = content.seek(0, 2)
    left = [_MOST_IN_ALL]
    at = 0
    for top in _elements(content, 0, size, left):
        at = top.end
        if top.id == _SEGMENT:
            at = _wipe_segment(content, top, left)
            if at < top.end:
                break  # nonsense inside
        elif top.id != _HEAD:
            _void(content, top)
    if left[0] <= 0 or not at:
        raise Broken
    content.seek(at)
    content.truncate()
    content.seek(0)


def _wipe_segment(content: IO[bytes], segment: Element, left: list[int]) -> int:
    """Returns where its last sound element ends."""
    at = segment.body
    while at < segment.end:
        part = _element(content, at, segment.end, left)
        if part is None:
            break
        if part.id == _CLUSTER and part.endless:
            at = _end_of_cluster(content, part, left)
            continue
        at = part.end
        if part.id == _INFO:
            _wipe_info(content, part, left)
        elif part.id == _TRACKS:
            _wipe_tracks(content, part, left)
        elif part.id not in _KEPT:
            _void(content, part)
    return at


def _wipe_info(content: IO[bytes], info: Element, left: list[int]) -> None:
    for fact in _elements(content, info.body, info.end, left):
        if fact.id in _PROGRAMS:
            content.seek(fact.body)
            _write(content, b" ", fact.end - fact.body)
        elif fact.id in _TELLING_INFO or fact.id in {_VOID, _CRC}:
            _void(content, fact)


def _wipe_tracks(content: IO[bytes], tracks: Element, left: list[int]) -> None:
    for entry in _elements(content, tracks.body, tracks.end, left):
        if entry.id != _ENTRY:
            _void(content, entry)  # a checksum that no longer holds
            continue
        if not _types(content, entry, left) <= {VIDEO, AUDIO}:
            raise Broken
        for fact in _elements(content, entry.body, entry.end, left):
            if fact.id in _TELLING_TRACK or fact.id in {_VOID, _CRC}:
                _void(content, fact)


def _end_of_cluster(content: IO[bytes], cluster: Element, left: list[int]) -> int:
    at = cluster.body
    while at < cluster.end:
        part = _element(content, at, cluster.end, left)
        if part is None or part.id in _LEVEL_1:
            break
        at = part.end
    return at


def _void(content: IO[bytes], element: Element) -> None:
    """Turn an element into a Void of the same length, zeros inside (RFC 8794, 11.3.2)."""
    whole = element.end - element.start
    if whole >= 9:
        head = bytes([_VOID, 0x01]) + (whole - 9).to_bytes(7, "big")
    else:
        head = bytes([_VOID, 0x80 | (whole - 2)])
    content.seek(element.start)
    content.write(head)
    _write(content, b"\0", whole - len(head))


def _write(content: IO[bytes], letter: bytes, length: int) -> None:
    while length:
        step = min(length, 65536)
        content.write(letter * step)
        length -= step


def _elements(content: IO[bytes], start: int, end: int, left: list[int]) -> Iterator[Element]:
    at = start
    while at < end:
        element = _element(content, at, end, left)
        if element is None:
            return
        yield element
        at = element.end


def _element(content: IO[bytes], at: int, end: int, left: list[int]) -> Element | None:
    """The element that begins at `at`; None for nonsense, or after too many."""
    left[0] -= 1
    if left[0] <= 0:
        return None
    content.seek(at)
    head = content.read(12)
    if len(head) < 2 or not head[0]:
        return None
    id_length = 9 - head[0].bit_length()
    if id_length > 4 or len(head) <= id_length or not head[id_length]:
        return None
    size_length = 9 - head[id_length].bit_length()
    size_bytes = head[id_length : id_length + size_length]
    size = int.from_bytes(size_bytes, "big") & ((1 << 7 * size_length) - 1)
    body = at + id_length + size_length
    if body > end:
        return None
    endless = size == (1 << 7 * size_length) - 1  # written live
    stop = end if endless else min(end, body + size)
    return Element(int.from_bytes(head[:id_length], "big"), at, body, stop, endless)
