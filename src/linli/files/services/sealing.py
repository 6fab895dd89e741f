"""Originals, encrypted as they are written: what only the check may see (R67).

A sealed object is: version byte, key number byte, 16 bytes of salt, then pieces of 64 KiB, each
AES-256-GCM under a key that HKDF derives from the installation's sealing key and the salt. The
nonce counts the pieces and marks the last one, so that none can be dropped, doubled or moved; the
context (the object's key) is authenticated with each, so that objects cannot be exchanged.
"""

from __future__ import annotations

import os
import tempfile
from typing import IO, TYPE_CHECKING

from linli.kernel import seal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
PIECE = 64 * 1024
_TAG = 16


class NotOpened(ValueError):
    """The object was changed, cut off, or sealed with a key that is not here."""


def _cipher(number: int, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # late: six megabytes
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    key = seal.keys().sealing[number]
    return AESGCM(HKDF(SHA256(), 32, salt, b"linli.files.sealed").derive(key))


def _nonce(count: int, last: bool) -> bytes:
    return count.to_bytes(11, "big") + (b"\1" if last else b"\0")


def sealed(content: IO[bytes], *, context: str) -> IO[bytes]:
    """`content`, from its beginning, encrypted into an unnamed temporary file."""
    number, salt = seal.keys().current, os.urandom(16)
    cipher, bound = _cipher(number, salt), context.encode()
    target = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    target.write(bytes((VERSION, number)) + salt)
    content.seek(0)
    count, piece = 0, content.read(PIECE)
    while True:
        following = content.read(PIECE)
        target.write(cipher.encrypt(_nonce(count, not following), piece, bound))
        if not following:
            break
        count, piece = count + 1, following
    content.seek(0)
    target.seek(0)
    return target


def opened(content: IO[bytes], *, context: str) -> IO[bytes]:
    """What was sealed, whole and authentic, in an unnamed temporary file. Raises NotOpened."""
    from cryptography.exceptions import InvalidTag

    head = content.read(18)
    if len(head) < 18 or head[0] != VERSION or head[1] not in seal.keys().sealing:
        raise NotOpened
    cipher, bound = _cipher(head[1], head[2:]), context.encode()
    target = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    count, piece = 0, content.read(PIECE + _TAG)
    try:
        while True:
            following = content.read(PIECE + _TAG)
            target.write(cipher.decrypt(_nonce(count, not following), piece, bound))
            if not following:
                break
            count, piece = count + 1, following
    except InvalidTag:
        target.close()
        raise NotOpened from None
    target.seek(0)
    return target
