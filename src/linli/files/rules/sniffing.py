"""Which accepted type a file has by its content; its name counts for nothing."""

from __future__ import annotations

import zipfile
from typing import IO, NoReturn

from django.utils.translation import gettext as _

from linli.files.rules import movies, webm
from linli.files.rules.kinds import FIELD, Kind, NotAccepted, broken

_HEAD = 4096
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"mif1"}
_OTHER_HEIF = {b"avif", b"avis", b"hevc", b"hevx", b"msf1"}  # another codec, or several pictures
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sniff(content: IO[bytes]) -> str:
    """The type of `content`, one of `kinds.TYPES`. Raises NotAccepted with the remedy."""
    content.seek(0)
    head = content.read(_HEAD)
    try:
        return _sniff(content, head)
    finally:
        content.seek(0)


def _sniff(content: IO[bytes], head: bytes) -> str:
    if head[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp":
        return _iso_media(content, head)
    if head[:4] == b"OggS":
        return _ogg(head)
    if head[:6] == b"#!AMR\n" or head[:9] == b"#!AMR-WB\n":
        return "audio/amr"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return _webm(content, head)
    if head[:3] == b"ID3" or _mp3_frame(head):
        return "audio/mpeg"
    if head[:5] == b"%PDF-":
        return "application/pdf"
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return _office(content)
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        _refuse(_("Old Office files are not accepted. Please save it as .docx, .xlsx or PDF."))
    return _refuse_unknown()


def _refuse(sentence: str) -> NoReturn:
    raise NotAccepted(sentence, field=FIELD)


def _refuse_unknown() -> NoReturn:
    _refuse(
        _(
            "This kind of file is not accepted. Accepted are photos (JPEG, HEIC, PNG, WebP),"
            " recordings (MP3, M4A, OGG, AMR, WAV, WebM), videos (MP4, MOV, 3GP, WebM) and"
            " documents (PDF, DOCX, XLSX)."
        )
    )


def _iso_media(content: IO[bytes], head: bytes) -> str:
    brand = head[8:12]
    said = head[8 : int.from_bytes(head[:4], "big")]
    if brand in _OTHER_HEIF or (brand in _HEIC and b"avif" in said):
        _refuse(_("AVIF photos and HEIC picture series cannot be read. Please send it as JPEG."))
    if brand in _HEIC:
        return "image/heic"
    try:
        movie = movies.read(content)
    except movies.Broken:
        raise broken(Kind.VIDEO) from None
    small = brand[:3] in {b"3gp", b"3g2"}
    if b"vide" in movie.handlers:
        return "video/3gpp" if small else "video/quicktime" if brand == b"qt  " else "video/mp4"
    if b"soun" in movie.handlers:
        return "audio/3gpp" if small else "audio/mp4"
    raise broken(Kind.VIDEO)


def _ogg(head: bytes) -> str:
    if b"\x80theora" in head or b"\x01video" in head:
        _refuse_unknown()
    if not any(codec in head for codec in (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")):
        raise broken(Kind.AUDIO)
    return "audio/ogg"


def _webm(content: IO[bytes], head: bytes) -> str:
    if b"webm" not in head[:64]:
        _refuse_unknown()  # other Matroska files
    tracks = webm.track_types(content)
    if webm.VIDEO in tracks:
        return "video/webm"
    if webm.AUDIO in tracks:
        return "audio/webm"
    raise broken(Kind.VIDEO)


def _mp3_frame(head: bytes) -> bool:
    """Two frames of MPEG layer III, one after the other, as no other file begins."""
    length = mp3_frame_length(head)
    return bool(length and mp3_frame_length(head[length:]))


def mp3_frame_length(head: bytes) -> int:
    """The bytes of the layer III frame that begins here, or 0 (ISO/IEC 11172-3, 2.4.1.3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version = head[1] >> 3 & 3
    rate_at, sample_at = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate_at in {0, 15} or sample_at == 3:
        return 0
    if version == 3:
        kbit = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)[rate_at]
    else:
        kbit = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)[rate_at]
    hertz = (44100, 48000, 32000)[sample_at] >> {3: 0, 2: 1, 0: 2}[version]
    return (144 if version == 3 else 72) * kbit * 1000 // hertz + (head[2] >> 1 & 1)


def _office(content: IO[bytes]) -> str:
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise broken(Kind.DOCUMENT) from None
    if "[Content_Types].xml" in names:
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            _refuse(_("Office files with macros are not accepted. Please save it without macros."))
        if "word/document.xml" in names:
            return _WORD
        if "xl/workbook.xml" in names:
            return _SHEET
    _refuse(_("Archives are not accepted. Please send the files in it one by one."))
