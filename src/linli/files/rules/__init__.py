"""What may come in, how big, and how each kind is read and cleaned. No database, no storage."""

from linli.files.rules.kinds import (
    MOST_BYTES,
    MOST_OF_ALL,
    MOST_PIXELS,
    TYPES,
    WAITING,
    Kind,
    NotAccepted,
    Prepared,
    StorageDown,
    TooBig,
    clean_name,
    may_open_inline,
    place_of,
    place_text,
)
from linli.files.rules.sniffing import sniff

__all__ = [
    "MOST_BYTES",
    "MOST_OF_ALL",
    "MOST_PIXELS",
    "TYPES",
    "WAITING",
    "Kind",
    "NotAccepted",
    "Prepared",
    "StorageDown",
    "TooBig",
    "clean_name",
    "may_open_inline",
    "place_of",
    "place_text",
    "sniff",
]
