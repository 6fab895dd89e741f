"""Making a file ready for others: checked whole, and freed of what it tells on the side."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from typing import IO

from linli.files.rules import movies, office, photos, sounds
from linli.files.rules.kinds import Kind, Prepared, broken, kind_of

_ISO = {"audio/mp4", "audio/3gpp", "video/mp4", "video/quicktime", "video/3gpp"}


def prepare(content: IO[bytes], mime: str, *, now: datetime) -> Prepared:
    """`content` of the sniffed type `mime`, ready to be kept; `content` itself is not changed.

    What is not removed, for want of a decoder: notes inside PDF, OGG and WebM files, the tracked
    changes, comments and pictures inside DOCX and XLSX files (docs/howto/files.md).
    Raises NotAccepted, TooBig.
    """
    if kind_of(mime) == Kind.PHOTO:
        return photos.prepare(content, mime, now=now)
    if mime in _ISO:
        return _prepare_movie(content, mime, now=now)
    if mime == "audio/mpeg":
        return sounds.prepare_mp3(content)
    if mime == "audio/wav":
        return sounds.prepare_wav(content)
    if mime == "application/pdf":
        _check_pdf(content)
    elif kind_of(mime) == Kind.DOCUMENT:
        return office.prepare(content, mime)
    content.seek(0)
    return Prepared(mime=mime, clean=content)


def _prepare_movie(content: IO[bytes], mime: str, *, now: datetime) -> Prepared:
    try:
        movie = movies.read(content)
    except movies.Broken:
        raise broken(kind_of(mime)) from None
    content.seek(0)
    clean = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    shutil.copyfileobj(content, clean, 1024 * 1024)
    movies.wipe(clean, movie.telling)
    taken_at = movie.taken_at
    return Prepared(
        mime=mime,
        clean=clean,
        width=movie.width,
        height=movie.height,
        duration=movie.duration,
        taken_at=taken_at if taken_at and photos.plausible(taken_at, now) else None,
        place=movie.place,
    )


def _check_pdf(content: IO[bytes]) -> None:
    """A PDF that was cut off has lost its end (ISO 32000-2, 7.5.5)."""
    size_bytes = content.seek(0, 2)
    content.seek(max(0, size_bytes - 2048))
    if b"%%EOF" not in content.read():
        raise broken(Kind.DOCUMENT)
