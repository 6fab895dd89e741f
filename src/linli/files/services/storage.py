"""The storage of files: a local folder or S3. The one place that knows how either fails."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.utils.translation import gettext as _

from linli.files.rules import StorageDown
from linli.files.rules.kinds import FIELD
from linli.kernel.errors import NotFound

log = logging.getLogger(__name__)
PIECE = 256 * 1024


def _kinds_of_fault() -> tuple[type[Exception], ...]:
    """What a storage raises that cannot be reached; asked only once something was raised."""
    if "boto3" not in sys.modules:  # files lie in a local folder
        return (OSError,)
    from boto3.exceptions import Boto3Error  # type: ignore[import-untyped]  # no stubs
    from botocore.exceptions import (  # type: ignore[import-untyped]  # no stubs
        BotoCoreError,
        ClientError,
    )

    return (OSError, Boto3Error, BotoCoreError, ClientError)


class Pieces:
    """A stretch of an object, piece by piece; closing it closes the object, read or not."""

    def __init__(self, content: Any, length: int) -> None:
        self._content, self._left = content, length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece: bytes = self._content.read(min(PIECE, self._left)) if self._left > 0 else b""
        if not piece:
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._content.close()


def _storage() -> Storage:
    return storages["default"]


@contextmanager
def _faults(doing: str, key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFound(_("This file is not there any more.")) from None
    except _kinds_of_fault() as fault:
        status = getattr(fault, "response", {}).get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == 404:
            raise NotFound(_("This file is not there any more.")) from None
        log.exception("storage failed", extra={"doing": doing, "key": key})
        raise StorageDown(
            _("Files cannot be kept or read at the moment. Please try again in a few minutes."),
            field=FIELD,
        ) from fault


def put(key: str, content: IO[bytes]) -> None:
    """Write a new object. Raises StorageDown; a part of it may then be left for `remove`."""
    with _faults("put", key):
        kept = _storage().save(key, File(content, name=key))
        if kept != key:
            raise RuntimeError(f"the storage kept {key} as {kept}")  # a bug: keys are never reused


def remove(key: str) -> bool:
    """Remove an object; True if it is gone, also when it never was there."""
    try:
        with _faults("remove", key):
            _storage().delete(key)
    except NotFound:
        return True
    except StorageDown:
        return False
    return True


def size_of(key: str) -> int:
    """The length in bytes. Raises NotFound, StorageDown."""
    with _faults("size", key):
        return int(_storage().size(key))


@contextmanager
def reading(key: str) -> Iterator[IO[bytes]]:
    """The object, open for reading from its beginning. Raises NotFound, StorageDown."""
    with _faults("open", key), _storage().open(key, "rb") as content:
        yield content


def fetch(key: str, path: Path) -> None:
    """The object under a name of one's own: a link where it lies in a local folder, else a copy.
    Raises NotFound, StorageDown."""
    with _faults("fetch", key):
        store = _storage()
        try:
            path.symlink_to(Path(store.path(key)).resolve(strict=True))
        except NotImplementedError:  # it lies elsewhere
            with store.open(key, "rb") as content, path.open("wb") as copy:
                shutil.copyfileobj(content, copy, PIECE)


def pieces(key: str, start: int, length: int) -> Pieces:
    """`length` bytes from `start`, piece by piece. Raises NotFound, StorageDown beforehand."""
    with _faults("read", key):
        store: Any = _storage()
        if hasattr(store, "bucket"):  # S3: ask for the range only, never for the whole object
            name = store._normalize_name(key)
            span = f"bytes={start}-{start + length - 1}"
            body = store.bucket.Object(name).get(Range=span)["Body"]
            return Pieces(body, length)
        content = store.open(key, "rb")
        content.seek(start)
        return Pieces(content, length)
