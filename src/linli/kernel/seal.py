"""Personal fields, encrypted at rest and found by exact key alone (design §4, P7).

A sealed value is: version byte, key number byte, 12 random bytes, AES-256-GCM ciphertext. Keys live
in `SEAL_KEYS_FILE`, apart from the database and from its backups.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1


class Keys(NamedTuple):
    """`sealing` by key number, the number that seals now, and the key of the blind index."""

    sealing: dict[int, bytes]
    current: int
    blind: bytes


@cache
def keys() -> Keys:
    """The keys of this installation; made once if there are none."""
    path = Path(settings.SEAL_KEYS_FILE)
    if not path.exists():
        _make(path)
    kept = json.loads(path.read_text())
    return Keys(
        {int(n): base64.b64decode(k) for n, k in kept["sealing"].items()},
        int(kept["current"]),
        base64.b64decode(kept["index"]),
    )


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = {
        "sealing": {"1": base64.b64encode(os.urandom(32)).decode()},
        "current": 1,
        "index": base64.b64encode(os.urandom(32)).decode(),
    }
    draft = path.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        json.dump(fresh, file)
    try:
        os.link(draft, path)  # refuses to replace what another process has made meanwhile
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def seal(text: str, *, context: str) -> bytes:
    """`text` encrypted; only the same `context` (table.column) opens it again."""
    kept, nonce = keys(), os.urandom(12)
    body = _cipher(kept.sealing[kept.current]).encrypt(nonce, text.encode(), context.encode())
    return bytes((VERSION, kept.current)) + nonce + body


def unseal(sealed: bytes, *, context: str) -> str:
    """What `seal` was given. Raises ValueError for what was not sealed with a known key."""
    kept = keys()
    if len(sealed) < 30 or sealed[0] != VERSION or sealed[1] not in kept.sealing:
        raise ValueError("This value was not sealed with a key of this installation.")
    cipher = _cipher(kept.sealing[sealed[1]])
    return cipher.decrypt(sealed[2:14], sealed[14:], context.encode()).decode()


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # late: six megabytes

    return AESGCM(key)


def blind_index(value: str) -> bytes:
    """16 bytes that are equal for equal values (letters and digits), useless without the key."""
    plain = "".join(c for c in value.casefold() if c.isalnum())
    return hmac.new(keys().blind, plain.encode(), hashlib.sha256).digest()[:16]


if TYPE_CHECKING:
    _Bytes = models.BinaryField[str | bytes, str]
else:
    _Bytes = models.BinaryField


class SealedTextField(_Bytes):
    """A text column that is encrypted at rest; empty text is stored as NULL-free empty bytes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def _check_str_default_value(self) -> list[Any]:
        return []  # text here, bytes only in the database

    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = seal(value, context=self._context()) if value else b""
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return unseal(bytes(value), context=self._context()) if value else ""

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: Any) -> str:
        return ""  # never leaves by a dump

    def get_default(self) -> Any:
        return ""


def mask_phone(phone: str) -> str:
    """138****1234; a short number keeps its last two digits."""
    if len(phone) >= 7:
        return f"{phone[:3]}****{phone[-4:]}"
    return "*" * max(0, len(phone) - 2) + phone[-2:]


def mask_name(name: str) -> str:
    """王**: the first letter, then one star for each further one."""
    return name[:1] + "*" * (len(name) - 1)
