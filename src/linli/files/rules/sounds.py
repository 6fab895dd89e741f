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
# Bytes of a frame's speech by its type (3GPP TS 26.101 and 26.201, annex A); 15: no data.
_AMR_NB = dict(enumerate((12, 13, 15, 17, 19, 20, 26, 31, 5))) | {15: 0}
_AMR_WB = dict(enumerate((17, 23, 32, 36, 40, 46, 50, 58, 60, 5))) | {14: 0, 15: 0}


def prepare_mp3(content: IO[bytes]) -> Prepared:
    """Only the frames of sound: ID3, APE and Lyrics3 tags lie before, after or between them.

    A frame counts where another one, or the end of the file, follows it.
    """
    content.seek(0)
    data = content.read()
    kept: list[bytes] = []
    at = _after_id3(data)
    run = at  # where the present run of frames begins
    while at < len(data):
        length = mp3_frame_length(data[at : at + 4])
        whole = bool(length) and at + length <= len(data)
        if whole and (at > run or at + length == len(data) or _frame_at(data, at + length)):
            at += length
            continue
        kept.append(data[run:at])
        at = run = _next_pair(data, max(at + 1, _after_id3(data, at)))
    kept.append(data[run:at])
    if not any(kept):
        raise broken(Kind.AUDIO)
    return Prepared(mime="audio/mpeg", clean=_kept(kept))


def _after_id3(data: bytes, at: int = 0) -> int:
    """Behind the ID3 version 2 tags that stand at `at` (ID3v2.4, section 3.1)."""
    for _again in range(8):
        head = data[at : at + 10]
        if head[:3] != b"ID3":
            break
        if len(head) < 10 or max(head[6:10]) > 127:
            raise broken(Kind.AUDIO)
        length = sum(byte << 7 * place for place, byte in enumerate(reversed(head[6:10])))
        at += 10 + length + (10 if head[5] & 0x10 else 0)
    return at


def _frame_at(data: bytes, at: int) -> bool:
    return mp3_frame_length(data[at : at + 4]) > 0


def _next_pair(data: bytes, at: int) -> int:
    """The next place with two frames in a row, else the end."""
    while (at := data.find(b"\xff", at)) >= 0:
        length = mp3_frame_length(data[at : at + 4])
        if length and _frame_at(data, at + length):
            return at
        at += 1
    return len(data)


def prepare_amr(content: IO[bytes]) -> Prepared:
    """Only whole frames of 20 ms (RFC 4867, 5); what follows them is left out."""
    content.seek(0)
    data = content.read()
    wide = data.startswith(b"#!AMR-WB\n")
    sizes, start = (_AMR_WB, 9) if wide else (_AMR_NB, 6)
    at, frames = start, 0
    while at < len(data):
        size = sizes.get(data[at] >> 3 & 15)
        if data[at] & 0x83 or size is None or at + 1 + size > len(data):
            break
        at += 1 + size
        frames += 1
    if not frames:
        raise broken(Kind.AUDIO)
    duration = timedelta(milliseconds=20 * frames)
    return Prepared(mime="audio/amr", clean=_kept([data[:at]]), duration=duration)


def _kept(parts: list[bytes]) -> IO[bytes]:
    target = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    for part in parts:
        target.write(part)
    target.seek(0)
    return target


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


def _copy(source: IO[bytes], target: IO[bytes], length: int) -> None:
    while length and (piece := source.read(min(length, _PIECE))):
        target.write(piece)
        length -= len(piece)
