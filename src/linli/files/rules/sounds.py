"""Recordings: the parts that carry sound are kept, the notes around them are left out."""

from __future__ import annotations

import struct
import tempfile
from datetime import timedelta
from typing import IO

from linli.files.rules.kinds import Kind, Prepared, broken
from linli.files.rules.sniffing import mp3_frame_length

_PIECE = 64 * 1024
_SOUND = {b"fmt ", b"fact", b"data"}


def prepare_mp3(content: IO[bytes]) -> Prepared:
    """Without ID3 version 2 at the front and version 1 at the end (ID3v2.4, section 3.1)."""
    end = content.seek(0, 2)
    start = 0
    for _again in range(8):  # more than one tag may stand in front
        content.seek(start)
        head = content.read(10)
        if head[:3] != b"ID3":
            break
        if len(head) < 10 or max(head[6:10]) > 127:
            raise broken(Kind.AUDIO)
        length = sum(byte << 7 * at for at, byte in enumerate(reversed(head[6:10])))
        start += 10 + length + (10 if head[5] & 0x10 else 0)
    if end - start >= 128:
        content.seek(end - 128)
        if content.read(3) == b"TAG":
            end -= 128
    content.seek(start)
    head = content.read(8192)
    at = next((at for at in range(len(head)) if mp3_frame_length(head[at:])), None)
    if at is None:
        raise broken(Kind.AUDIO)
    return Prepared(mime="audio/mpeg", clean=_part(content, start + at, end))


def prepare_wav(content: IO[bytes]) -> Prepared:
    """Only the chunks `fmt `, `fact` and `data`; INFO, iXML, bext and others are left out."""
    end = content.seek(0, 2)
    target = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    target.write(b"RIFF\0\0\0\0WAVE")
    rate = length = 0
    at, seen = 12, set()
    while at + 8 <= end:
        content.seek(at)
        name, size = struct.unpack("<4sI", content.read(8))
        if at + 8 + size > end:
            target.close()
            raise broken(Kind.AUDIO)
        if name in _SOUND and name not in seen:
            seen.add(name)
            if name == b"fmt " and size >= 16:
                (rate,) = struct.unpack("<8xI4x", content.read(16))
                content.seek(at + 8)
            length = size if name == b"data" else length
            target.write(struct.pack("<4sI", name, size))
            _copy(content, target, size)
            target.write(bytes(size & 1))
        at += 8 + size + (size & 1)
    if not {b"fmt ", b"data"} <= seen:
        target.close()
        raise broken(Kind.AUDIO)
    whole = target.tell()
    target.seek(4)
    target.write(struct.pack("<I", whole - 8))
    target.seek(0)
    duration = timedelta(milliseconds=length * 1000 // rate) if rate else None
    return Prepared(mime="audio/wav", clean=target, duration=duration)


def _part(content: IO[bytes], start: int, end: int) -> IO[bytes]:
    target = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    content.seek(start)
    _copy(content, target, end - start)
    target.seek(0)
    return target


def _copy(source: IO[bytes], target: IO[bytes], length: int) -> None:
    while length and (piece := source.read(min(length, _PIECE))):
        target.write(piece)
        length -= len(piece)
