"""What an uploaded file may be, before any row of it is looked at."""

from __future__ import annotations

import gzip
import io
import zlib

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED_BYTES = 100 * 1024 * 1024
# What is looked at and imported while the person waits: some thousand rows without outlines. Packed
# files unpack to several times their size.
AT_ONCE_BYTES = 256 * 1024
AT_ONCE_PACKED_BYTES = 32 * 1024
PACKED = (".gz", ".xlsx", ".xls")
TERRITORY_SUFFIXES = (".csv", ".geojson", ".json")


def suffix_of(name: str) -> str:
    """The suffix of a file's name in lower case, that of the packed file for .gz."""
    lowered = name.lower().removesuffix(".gz")
    return f".{lowered.rpartition('.')[2]}" if "." in lowered else ""


def is_long(name: str, size_bytes: int) -> bool:
    """Whether work on a file of this size is done beside the page."""
    packed = name.lower().endswith(PACKED)
    return size_bytes > (AT_ONCE_PACKED_BYTES if packed else AT_ONCE_BYTES)


def unpacked(name: str, data: bytes) -> bytes:
    """The text of an uploaded territory file. Raises BadInput in words for anything else.

    A .gz is unpacked up to a bound, so that a bomb stops early.
    """
    if suffix_of(name) not in TERRITORY_SUFFIXES:
        raise BadInput(
            _("“%(name)s” is neither .csv nor .geojson. Convert it, then choose it again.")
            % {"name": name},
            field="file",
        )
    if name.lower().endswith(".gz"):
        data = _gunzip(data)
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF") or b"\0" in data[:4096]:
        raise BadInput(
            _("The file is no text. Save the table as CSV (UTF-8), then choose it again."),
            field="file",
        )
    if not data.strip():
        raise BadInput(_("The file is empty. Choose another one."), field="file")
    return data


def _gunzip(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            out = packed.read(MOST_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise BadInput(
            _("The packed file is damaged. Pack it again, or upload it unpacked."), field="file"
        ) from None
    if len(out) > MOST_UNPACKED_BYTES:
        raise BadInput(_("The file unpacks to more than 100 MB. Split it."), field="file")
    return out
