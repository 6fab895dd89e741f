"""The kinds of files, their bounds, and the words for what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.kernel import text
from linli.kernel.errors import BadInput, Refused

MIB = 1024 * 1024
FIELD = "files"  # the input that every refusal of this package names
MOST_NAME = 120  # characters
WAITING = timedelta(hours=24)  # how long an upload waits to be attached


class Kind(TextChoices):
    """What a file is to the people who look at it (R67)."""

    PHOTO = "photo", gettext_lazy("Photo")
    AUDIO = "audio", gettext_lazy("Recording")
    VIDEO = "video", gettext_lazy("Video")
    DOCUMENT = "document", gettext_lazy("Document")


MOST_BYTES = {
    Kind.PHOTO: 20 * MIB,
    Kind.AUDIO: 20 * MIB,
    Kind.VIDEO: 100 * MIB,
    Kind.DOCUMENT: 20 * MIB,
}
MOST_OF_ALL = max(MOST_BYTES.values())
# JPEG is read at reduced scale, so its pixels cost little memory; those of the others cost 4 bytes
# each, and those of a JPEG in layers, which is kept whole while it is decoded, 6.
MOST_PIXELS = {
    "image/jpeg": 80_000_000, "image/png": 30_000_000, "image/webp": 30_000_000,
    "image/heic": 30_000_000,
}  # fmt: skip
MOST_IN_LAYERS = 25_000_000

# Each type that is accepted: its kind and the endings its name may have, the first by rule.
TYPES: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "image/jpeg": (Kind.PHOTO, ("jpg", "jpeg")),
    "image/png": (Kind.PHOTO, ("png",)),
    "image/webp": (Kind.PHOTO, ("webp",)),
    "image/heic": (Kind.PHOTO, ("heic", "heif")),
    "audio/mpeg": (Kind.AUDIO, ("mp3",)),
    "audio/mp4": (Kind.AUDIO, ("m4a", "mp4")),
    "audio/3gpp": (Kind.AUDIO, ("3gp",)),
    "audio/ogg": (Kind.AUDIO, ("ogg", "oga", "opus")),
    "audio/amr": (Kind.AUDIO, ("amr",)),
    "audio/wav": (Kind.AUDIO, ("wav",)),
    "audio/webm": (Kind.AUDIO, ("webm",)),
    "video/mp4": (Kind.VIDEO, ("mp4", "m4v")),
    "video/quicktime": (Kind.VIDEO, ("mov",)),
    "video/3gpp": (Kind.VIDEO, ("3gp",)),
    "video/webm": (Kind.VIDEO, ("webm",)),
    "application/pdf": (Kind.DOCUMENT, ("pdf",)),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
        Kind.DOCUMENT,
        ("docx",),
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (
        Kind.DOCUMENT,
        ("xlsx",),
    ),
}


class NotAccepted(BadInput):
    """The content is not one of the accepted types, or is broken."""

    status = 422
    code = "file_not_accepted"


class TooBig(BadInput):
    """More bytes, pixels or unpacked content than its kind may have."""

    status = 413
    code = "file_too_big"


class StorageDown(Refused):
    """The storage did not take or give the file; nothing was kept."""

    status = 503
    code = "storage_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A file made ready to be shown to others. `clean` and `original` stand at their beginning."""

    mime: str
    clean: IO[bytes]  # what others see
    thumb: bytes | None = None  # JPEG
    original: IO[bytes] | None = None  # to be kept sealed
    width: int | None = None
    height: int | None = None
    duration: timedelta | None = None
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None  # lon, lat, WGS84
    fingerprint: int | None = None  # of a photo (rules.fingerprints)


def kind_of(mime: str) -> Kind:
    """The kind of an accepted type."""
    return TYPES[mime][0]


def extension_of(mime: str) -> str:
    """The ending, without dot, that a file of this type gets."""
    return TYPES[mime][1][0]


def may_open_inline(mime: str) -> bool:
    """Whether a browser may show it in place; documents are only ever downloaded."""
    return mime in TYPES and kind_of(mime) != Kind.DOCUMENT


def clean_name(name: str, mime: str) -> str:
    """`name` without folders and control characters, with the ending of `mime`, ≤ 120 letters."""
    last = name[-4000:].replace("\\", "/").rsplit("/", 1)[-1]
    last = last.encode("utf-8", "ignore").decode()  # lone surrogates
    last = text.clean(" ".join(last.split()), field=FIELD, most=4000)
    stem, dot, ending = last.rpartition(".")
    endings = TYPES[mime][1]
    if not dot or not ending.isalnum() or len(ending) > 5:
        stem, ending = last, ""
    if ending.lower() not in endings:
        ending = endings[0]
    stem = stem.strip(" .") or str(kind_of(mime).value)
    return f"{stem[: MOST_NAME - 1 - len(ending)]}.{ending.lower()}"


def check_size(size_bytes: int, kind: Kind) -> None:
    """Raises TooBig beyond the bound of `kind`, NotAccepted for an empty file."""
    if size_bytes == 0:
        raise NotAccepted(_("The file is empty. Please choose another one."), field=FIELD)
    if size_bytes > MOST_BYTES[kind]:
        raise TooBig(
            _("The file has %(size)d MB; a file of the kind “%(kind)s” may have %(most)d MB.")
            % {
                "size": -(-size_bytes // MIB),
                "kind": kind.label,
                "most": MOST_BYTES[kind] // MIB,
            },
            field=FIELD,
        )


def broken(kind: Kind) -> NotAccepted:
    """The refusal of a file that stops half-way or contradicts itself."""
    return NotAccepted(
        _("The file (%(kind)s) is damaged or incomplete. Please send it again or choose another.")
        % {"kind": kind.label},
        field=FIELD,
    )


def place_text(place: tuple[float, float] | None) -> str:
    """`lon,lat` in degrees with 6 decimals (about 0.1 m), or nothing."""
    return f"{place[0]:.6f},{place[1]:.6f}" if place else ""


def place_of(words: str) -> tuple[float, float] | None:
    """The inverse of `place_text`."""
    if not words:
        return None
    lon, lat = words.split(",")
    return float(lon), float(lat)


def plausible(taken_at: datetime, now: datetime) -> bool:
    """Not before digital cameras, not after tomorrow."""
    return taken_at.year >= 1990 and taken_at <= now + timedelta(days=1)
