"""Signatures and sealed messages as WeChat's servers write them (standards 5.5).

Signed: SHA-1 over the sorted parts, the token among them. Sealed: AES-256-CBC under the account's
key, its first 16 bytes as IV, padded to blocks of 32; inside are 16 random bytes, the length of
the message in 4 bytes, the message, the AppID.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput, NotYours

BLOCK = 32
SALT = 16  # bytes
KEY_LETTERS = 43


class Forged(NotYours):
    """It was not signed or sealed by WeChat, or for another account, or it was sent before."""


def signature(*parts: str) -> str:
    """What stands in `signature` (token, timestamp, nonce) and `msg_signature` (and the sealed
    text)."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signed(given: str, *parts: str) -> bool:
    """Whether `given` is the signature of `parts`, compared in constant time."""
    return hmac.compare_digest(given.encode(), signature(*parts).encode())


def read_key(letters: str) -> bytes:
    """The 32 bytes of an EncodingAESKey. Raises BadInput for anything but 43 letters and digits."""
    letters = letters.strip()
    try:
        if len(letters) != KEY_LETTERS or not (letters.isascii() and letters.isalnum()):
            raise ValueError
        # WeChat draws the 43 letters at random: the last two bits need not be 0.
        return base64.b64decode(letters + "=")
    except ValueError:
        raise BadInput(
            _("aes_key: the EncodingAESKey has 43 letters and digits. Copy it whole from WeChat."),
            field="aes_key",
        ) from None


def open_sealed(key: bytes, text: str, *, app_id: str) -> bytes:
    """The message in `text` (Base64). Raises Forged."""
    try:
        sealed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _forged() from None
    if not sealed or len(sealed) % BLOCK:
        raise _forged()
    opener = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = opener.update(sealed) + opener.finalize()
    padding = plain[-1]
    if not 1 <= padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise _forged()
    plain = plain[SALT:-padding]
    length = int.from_bytes(plain[:4], "big")
    content, owner = plain[4 : 4 + length], plain[4 + length :]
    if len(plain) < 4 or len(content) != length or not hmac.compare_digest(owner, app_id.encode()):
        raise _forged()
    return content


def seal(key: bytes, content: bytes, *, app_id: str, salt: bytes) -> str:
    """`content` as WeChat opens it; `salt` is 16 random bytes."""
    plain = salt + len(content).to_bytes(4, "big") + content + app_id.encode()
    padding = BLOCK - len(plain) % BLOCK
    closer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = closer.update(plain + bytes([padding]) * padding) + closer.finalize()
    return base64.b64encode(sealed).decode()


def _forged() -> Forged:
    return Forged(
        _("Encrypt: not sealed with the key of this account. Compare EncodingAESKey and AppID.")
    )
