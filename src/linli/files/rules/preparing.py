"""Making a file ready for others: checked whole, and freed of what it tells on the side."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from typing import IO

from django.utils.translation import gettext as _

from linli.files.rules import movies, office, ogg, pdf, sounds, webm
from linli.files.rules.kinds import (
    FIELD,
    Kind,
    NotAccepted,
    Prepared,
    broken,
    kind_of,
    plausible,
)

_IN_PLACE = {"audio/ogg": ogg.wipe, "audio/webm": webm.wipe, "video/webm": webm.wipe}
_ISO = {"audio/mp4", "audio/3gpp", "video/mp4", "video/quicktime", "video/3gpp"}


def prepare(content: IO[bytes], mime: str, *, now: datetime) -> Prepared:
    """`content` of the sniffed type `mime`, ready to be kept; `content` itself is not changed.

    What is not removed: comments and tracked changes inside DOCX and XLSX files, and words that
    are part of the picture, the sound or the page (docs/howto/files.md).
    Raises NotAccepted, TooBig.
    """
    if kind_of(mime) == Kind.PHOTO:
        from linli.files.rules import photos  # late: five megabytes of codecs

        return photos.prepare(content, mime, now=now)
    if mime in _ISO:
        return _prepare_movie(content, mime, now=now)
    if mime in _IN_PLACE:
        return Prepared(mime=mime, clean=_wiped(content, mime))
    if mime == "application/pdf":
        return _prepare_pdf(content)
    if mime == "audio/mpeg":
        return sounds.prepare_mp3(content)
    if mime == "audio/amr":
        return sounds.prepare_amr(content)
    if mime == "audio/wav":
        return sounds.prepare_wav(content)
    return office.prepare(content, mime)


def _copy_of(content: IO[bytes]) -> IO[bytes]:
    content.seek(0)
    clean = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    shutil.copyfileobj(content, clean, 1024 * 1024)
    return clean


def _wiped(content: IO[bytes], mime: str) -> IO[bytes]:
    clean = _copy_of(content)
    try:
        _IN_PLACE[mime](clean)
    except (ogg.Broken, webm.Broken):
        clean.close()
        raise broken(kind_of(mime)) from None
    return clean


def _prepare_pdf(content: IO[bytes]) -> Prepared:
    """A PDF that was cut off has lost its end (ISO 32000-2, 7.5.5)."""
    size_bytes = content.seek(0, 2)
    content.seek(max(0, size_bytes - 2048))
    if b"%%EOF" not in content.read():
        raise broken(Kind.DOCUMENT)
    try:
        return Prepared(mime="application/pdf", clean=pdf.rewritten(content))
    except pdf.Locked:
        raise NotAccepted(
            _("The PDF asks for a password. Please save it without one and send it again."),
            field=FIELD,
        ) from None
    except pdf.Broken:
        raise broken(Kind.DOCUMENT) from None


def _wipe_movie(clean: IO[bytes], movie: movies.Movie, mime: str) -> None:
    try:
        movies.wipe(clean, movie)
    except movies.Broken:
        clean.close()
        raise broken(kind_of(mime)) from None


def _prepare_movie(content: IO[bytes], mime: str, *, now: datetime) -> Prepared:
    try:
        movie = movies.read(content)
    except movies.Broken:
        raise broken(kind_of(mime)) from None
    clean = _copy_of(content)
    _wipe_movie(clean, movie, mime)
    taken_at = movie.taken_at
    return Prepared(
        mime=mime,
        clean=clean,
        width=movie.width,
        height=movie.height,
        duration=movie.duration,
        taken_at=taken_at if taken_at and plausible(taken_at, now) else None,
        place=movie.place,
    )
