"""Word and Excel files (ISO/IEC 29500-2): unpacked under a bound, repacked without names."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from typing import IO

from django.utils.translation import gettext as _

from linli.files.rules.jpeg import without_notes
from linli.files.rules.kinds import FIELD, MIB, Kind, Prepared, TooBig, broken

MOST_PARTS = 4_000
MOST_UNPACKED = 150 * MIB
_PIECE = 64 * 1024
_MOST_PICTURE = 20 * MIB  # of a JPEG whose notes are taken out
# Author, company, editing time, and what programs add of their own.
_TELLING = {
    "docProps/core.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    b'core-properties"/>',
    "docProps/app.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'extended-properties"/>',
    "docProps/custom.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'custom-properties"/>',
}
# What zipfile raises for damaged, encrypted and oddly packed files.
_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError),
    *(RuntimeError, NotImplementedError),
)


def prepare(content: IO[bytes], mime: str) -> Prepared:
    """A repacked copy without document properties.

    The zip directory may promise 150 MiB at most; a part that holds more than it promises is
    damaged, for zipfile stops there and its checksum fails.
    Raises TooBig for a bomb, NotAccepted for a damaged or encrypted file.
    """
    content.seek(0)
    target = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    try:
        with zipfile.ZipFile(content) as source:
            parts = source.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise _bomb()
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as clean:
                _copy(source, parts, clean)
    except _FAULTS:
        target.close()
        raise broken(Kind.DOCUMENT) from None
    except BaseException:
        target.close()
        raise
    content.seek(0)
    target.seek(0)
    return Prepared(mime=mime, clean=target)


def _copy(source: zipfile.ZipFile, parts: list[zipfile.ZipInfo], clean: zipfile.ZipFile) -> None:
    seen: set[str] = set()
    for part in parts:
        name = part.filename
        if name in seen or ".." in name.split("/") or name.startswith(("/", "\\")):
            raise broken(Kind.DOCUMENT)
        seen.add(name)
        if part.is_dir():
            continue
        copy = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
        copy.compress_type = (
            zipfile.ZIP_STORED if part.compress_type == zipfile.ZIP_STORED else zipfile.ZIP_DEFLATED
        )
        with source.open(part) as packed, clean.open(copy, "w") as repacked:
            if name in _TELLING:
                repacked.write(_TELLING[name])
                continue
            if name.lower().endswith((".jpg", ".jpeg")) and part.file_size <= _MOST_PICTURE:
                repacked.write(without_notes(packed.read()))
                continue
            while piece := packed.read(_PIECE):
                repacked.write(piece)


def _bomb() -> TooBig:
    return TooBig(
        _("The document unpacks to more than %(most)d MB. Please send a smaller one.")
        % {"most": MOST_UNPACKED // MIB},
        field=FIELD,
    )
