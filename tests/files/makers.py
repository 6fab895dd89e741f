"""Real files of every kind, made small and by hand, and a few that only pretend."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib
from pathlib import Path

from PIL import ExifTags, Image

XLSX_MAIN = "xl/workbook.xml"
DOCX_MAIN = "word/document.xml"


def photo(
    size: tuple[int, int] = (640, 480),
    *,
    gps: tuple[float, float] | None = (86.5640, 27.5916),
    taken: str = "2026:03:02 08:30:00",
    offset: str = "+08:00",
    orientation: int = 1,
    comment: bytes = b"made by Zhang San",
) -> bytes:
    """A JPEG as a phone makes it, with place, time, maker, comment and XMP."""
    image = Image.new("RGB", size, "steelblue")
    image.paste("firebrick", (0, 0, size[0] // 4, size[1] // 4))
    notes = Image.Exif()
    notes[ExifTags.Base.Make] = "Linliphone"
    notes[ExifTags.Base.Orientation] = orientation
    shot = notes.get_ifd(ExifTags.IFD.Exif)
    if taken:
        shot[ExifTags.Base.DateTimeOriginal] = taken
        shot[ExifTags.Base.OffsetTimeOriginal] = offset
    if gps:
        place = notes.get_ifd(ExifTags.IFD.GPSInfo)
        place[ExifTags.GPS.GPSLongitudeRef] = "E" if gps[0] >= 0 else "W"
        place[ExifTags.GPS.GPSLongitude] = _sexagesimal(abs(gps[0]))
        place[ExifTags.GPS.GPSLatitudeRef] = "N" if gps[1] >= 0 else "S"
        place[ExifTags.GPS.GPSLatitude] = _sexagesimal(abs(gps[1]))
    target = io.BytesIO()
    image.save(target, "JPEG", exif=notes, comment=comment, xmp=b"<x>Zhang San</x>", quality=90)
    return target.getvalue()


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = (degrees % 1) * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)


def png(size: tuple[int, int] = (40, 30), mode: str = "RGBA") -> bytes:
    target = io.BytesIO()
    Image.new(mode, size).save(target, "PNG")
    return target.getvalue()


def png_of_huge_dimensions(wide: int, high: int) -> bytes:
    """A few hundred bytes that ask for `wide` × `high` pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


def office(
    main: str = DOCX_MAIN, *, author: str = "张三", more: dict[str, bytes] | None = None
) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(main, "<document>井盖</document>")
        archive.writestr("docProps/core.xml", f"<coreProperties>{author}</coreProperties>")
        for name, body in (more or {}).items():
            archive.writestr(name, body)
    return target.getvalue()


def office_bomb(*, lying: bool = False) -> bytes:
    """A Word file of some 200 kB that unpacks to 200 MB; `lying`: its directory says it is tiny."""
    data = bytearray(office(more={"word/media/a.bin": bytes(200 * 1024 * 1024)}))
    if lying:
        at = data.rindex(b"PK\x01\x02")
        data[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(data)


def archive(name: str = "a.txt") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr(name, "hello")
    return target.getvalue()


def pdf() -> bytes:
    """One page with a picture and a note; see `samples/README.md`."""
    return (Path(__file__).parent / "samples" / "scan.pdf").read_bytes()


def wav(seconds: int = 1, note: bytes = b"Zhang San") -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000 * seconds))
    data = target.getvalue()
    info = b"LIST" + struct.pack("<I", 4 + 8 + len(note) + 1) + b"INFO"
    info += b"IART" + struct.pack("<I", len(note) + 1) + note + b"\0"
    data += info
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1 layer III, 128 kbit/s, 44.1 kHz


def mp3(artist: bytes = b"Zhang San") -> bytes:
    frame = b"TPE1" + struct.pack(">IH", len(artist) + 1, 0) + b"\0" + artist
    tag = b"ID3\x04\0\0" + struct.pack(">I", len(frame)) + frame  # shorter than 128: syncsafe as is
    return tag + MP3_FRAME * 4 + b"TAG" + artist.ljust(125, b"\0")


def amr() -> bytes:
    return b"#!AMR\n" + bytes(65)  # five frames of 4.75 kbit/s


def ogg() -> bytes:
    """Opus by an encoder; see `samples/README.md`."""
    return (Path(__file__).parent / "samples" / "opus.ogg").read_bytes()


def webm(track: int = 1) -> bytes:
    entry = b"\xae\x83\x83\x81" + bytes([track])
    tracks = b"\x16\x54\xae\x6b" + bytes([0x80 | len(entry)]) + entry
    head = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm"
    return head + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + tracks + bytes(40)


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def track(handler: bytes, *more: bytes) -> bytes:
    head = bytes(76) + struct.pack(">II", 640 << 16, 360 << 16) if handler == b"vide" else bytes(84)
    return box(
        b"trak",
        box(b"tkhd", head),
        box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(13))),
        *more,
    )


def movie(
    brand: bytes = b"isom", handlers: tuple[bytes, ...] = (b"vide", b"soun"), place: bytes = b""
) -> bytes:
    """A film of 2.5 s taken 2026-03-02 00:30 UTC; `place` is ISO 6709, latitude first."""
    created = 3_855_256_200
    mvhd = box(b"mvhd", struct.pack(">IIIII", 0, created, created, 1000, 2500), bytes(80))
    told = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(place), 0x15C7), place))
    parts = [mvhd, *(track(handler) for handler in handlers), *([told] if place else [])]
    return box(b"ftyp", brand, bytes(4), brand) + box(b"moov", *parts) + box(b"mdat", b"pictures")


EVERY_KIND: dict[str, bytes] = {
    "image/jpeg": photo(),
    "image/png": png(),
    "image/heic": (Path(__file__).parent / "samples" / "phone.heic").read_bytes(),
    "audio/mpeg": mp3(),
    "audio/wav": wav(),
    "audio/amr": amr(),
    "audio/ogg": ogg(),
    "audio/webm": webm(2),
    "audio/mp4": movie(b"M4A ", (b"soun",)),
    "video/webm": webm(1),
    "video/mp4": movie(),
    "video/quicktime": movie(b"qt  "),
    "video/3gpp": movie(b"3gp5"),
    "application/pdf": pdf(),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": office(),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": office(XLSX_MAIN),
}


def files_in(folder: Path) -> list[Path]:
    """Every file below `folder`."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
