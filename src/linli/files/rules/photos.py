"""Photos: what the camera wrote into them is read, then a copy without any of it is made (R67)."""

from __future__ import annotations

import math
import struct
import tempfile
import threading
import zlib
from datetime import datetime
from io import BytesIO
from typing import IO, Any

import pillow_heif
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageCms, ImageOps

from linli.files.rules import jpeg
from linli.files.rules.fingerprints import fingerprint_of
from linli.files.rules.kinds import (
    FIELD,
    MOST_IN_LAYERS,
    MOST_PIXELS,
    Kind,
    NotAccepted,
    Prepared,
    TooBig,
    broken,
    plausible,
)

LONG_EDGE = 2560  # px of the clean copy
THUMB_EDGE = 480
QUALITY = 82
_FORMATS = {
    "image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF",
}  # fmt: skip
pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
# What Pillow raises for files that contradict themselves.
_FAULTS = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError),
    *(struct.error, zlib.error, ZeroDivisionError, OverflowError),
    RuntimeError,  # what libheif says of a size or a part it does not believe
)
# A large photo takes up to 250 MB while it is decoded: one at a time in each process.
_one_at_a_time = threading.Lock()


def prepare(content: IO[bytes], mime: str, *, now: datetime) -> Prepared:
    """A clean JPEG (≤ 2,560 px, upright, sRGB, no metadata), its thumbnail, and the time and place
    the camera wrote. Raises NotAccepted for a damaged photo, TooBig for one of too many pixels.
    """
    content.seek(0)
    try:
        with Image.open(content, formats=[_FORMATS[mime]]) as photo:
            pixels = photo.width * photo.height
            if pixels > MOST_PIXELS[mime]:
                raise _too_many_pixels(pixels, mime)
            if mime == "image/jpeg" and pixels > MOST_IN_LAYERS and jpeg.whole_at_once(content):
                raise _too_many_in_layers(pixels)
            taken_at, place = _told(photo, now)
            with _one_at_a_time:
                clean, thumb = _copies(photo)
    except (NotAccepted, TooBig):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(None, mime) from None
    except _FAULTS:
        raise broken(Kind.PHOTO) from None
    content.seek(0)
    target = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    clean.save(target, "JPEG", quality=QUALITY, optimize=True)
    target.seek(0)
    small = BytesIO()
    thumb.save(small, "JPEG", quality=QUALITY, optimize=True)
    return Prepared(
        mime="image/jpeg",
        clean=target,
        thumb=small.getvalue(),
        original=content,
        width=clean.width,
        height=clean.height,
        taken_at=taken_at,
        place=place,
        fingerprint=fingerprint_of(thumb),
    )


def _too_many_pixels(pixels: int | None, mime: str) -> TooBig:
    most = MOST_PIXELS[mime] // 1_000_000
    if pixels is None:
        return TooBig(
            _("The photo has too many pixels; at most %(most)d megapixels are accepted.")
            % {"most": most},
            field=FIELD,
        )
    return TooBig(
        _("The photo has %(pixels)d megapixels; at most %(most)d are accepted.")
        % {"pixels": math.ceil(pixels / 1_000_000), "most": most},
        field=FIELD,
    )


def _too_many_in_layers(pixels: int) -> TooBig:
    return TooBig(
        _(
            "The photo has %(pixels)d megapixels and is stored as a progressive JPEG; of these at"
            " most %(most)d are accepted. Please send the camera's own photo, or a smaller one."
        )
        % {"pixels": math.ceil(pixels / 1_000_000), "most": MOST_IN_LAYERS // 1_000_000},
        field=FIELD,
    )


def smaller(content: IO[bytes], edge: int) -> bytes:
    """A clean copy that was kept, as a JPEG of at most `edge` pixels a side, for paper. Raises
    ValueError for what is no picture."""
    try:
        with Image.open(content) as photo:
            photo.draft(None, (edge, edge))
            plain = _opaque(photo)
    except (OSError, SyntaxError) as fault:
        raise ValueError("no picture") from fault
    plain.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    found = BytesIO()
    plain.save(found, "JPEG", quality=QUALITY)
    return found.getvalue()


def _copies(photo: Image.Image) -> tuple[Image.Image, Image.Image]:
    if photo.format in {"JPEG", "MPO"}:
        photo.draft(None, (LONG_EDGE, LONG_EDGE))  # decodes at 1/2, 1/4 or 1/8
    photo.load()
    profile = photo.info.get("icc_profile")
    if photo.mode in {"RGB", "L", "CMYK", "RGBA"}:  # in place, before anything copies it
        photo.thumbnail((LONG_EDGE, LONG_EDGE), Image.Resampling.LANCZOS)
    plain = _opaque(ImageOps.exif_transpose(photo))
    plain.thumbnail((LONG_EDGE, LONG_EDGE), Image.Resampling.LANCZOS)
    if profile and plain.mode == "RGB":
        plain = _to_srgb(plain, profile)
    plain.info = {}  # comment, profile, XMP: Pillow would write some of them again
    small = plain.copy()
    small.thumbnail((THUMB_EDGE, THUMB_EDGE), Image.Resampling.LANCZOS)
    return plain, small


def _opaque(photo: Image.Image) -> Image.Image:
    """In RGB or grey; what was transparent becomes white."""
    if photo.mode in {"RGB", "L"} and "transparency" not in photo.info:
        return photo.copy()
    if photo.mode.startswith("I"):  # 16 bits of grey
        return photo.point(lambda level: level / 256).convert("L")
    if photo.mode in {"CMYK", "YCbCr", "LAB", "HSV", "F", "1"}:
        return photo.convert("RGB")
    clear = photo.convert("RGBA")
    ground = Image.new("RGB", clear.size, "white")
    ground.paste(clear, mask=clear.getchannel("A"))
    return ground


def _to_srgb(photo: Image.Image, profile: bytes) -> Image.Image:
    try:
        theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
        turned = ImageCms.profileToProfile(photo, theirs, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        return photo  # a profile nobody can read changes no colour
    return turned or photo


def _told(photo: Image.Image, now: datetime) -> tuple[datetime | None, tuple[float, float] | None]:
    """When and where the camera says it was; a nonsensical note counts as none."""
    try:
        notes = photo.getexif()
        taken_at = _time(notes, now)
    except _FAULTS:
        return None, None
    try:
        place = _place(notes.get_ifd(ExifTags.IFD.GPSInfo))
    except _FAULTS:
        place = None
    return taken_at, place


def _time(notes: Image.Exif, now: datetime) -> datetime | None:
    shot = notes.get_ifd(ExifTags.IFD.Exif)
    words = shot.get(ExifTags.Base.DateTimeOriginal) or notes.get(ExifTags.Base.DateTime)
    try:
        taken = datetime.strptime(str(words).strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    offset = str(shot.get(ExifTags.Base.OffsetTimeOriginal) or "").strip("\0 ")
    try:
        aware = datetime.strptime(f"{taken:%Y-%m-%d %H:%M:%S}{offset}", "%Y-%m-%d %H:%M:%S%z")
    except ValueError:
        aware = timezone.make_aware(taken)  # the camera's clock is taken to be the city's
    return aware if plausible(aware, now) else None


def _place(gps: dict[int, Any]) -> tuple[float, float] | None:
    if ExifTags.GPS.GPSLatitude not in gps or ExifTags.GPS.GPSLongitude not in gps:
        return None
    lat = _degrees(gps[ExifTags.GPS.GPSLatitude])
    lon = _degrees(gps[ExifTags.GPS.GPSLongitude])
    if str(gps.get(ExifTags.GPS.GPSLatitudeRef, "N")).upper().startswith("S"):
        lat = -lat
    if str(gps.get(ExifTags.GPS.GPSLongitudeRef, "E")).upper().startswith("W"):
        lon = -lon
    fits = -180 <= lon <= 180 and -90 <= lat <= 90 and (lon, lat) != (0, 0)  # false for NaN
    return (lon, lat) if fits else None


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600
