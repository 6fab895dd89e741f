"""Files that the program itself makes: reports and lists, kept for whoever asked for them."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import transaction

from linli.files.models import LooseObject
from linli.files.services import storage


def reserve(count: int, *, now: datetime) -> list[str]:
    """Keys for `count` objects to be made within a day. Outside a transaction: from here on a
    killed process leaves nothing behind that `prune` does not find."""
    keys = [f"made/{now:%Y/%m/%d}/{uuid.uuid4().hex}" for _one in range(count)]
    with transaction.atomic(durable=True):
        LooseObject.objects.bulk_create(LooseObject(key=key, since=now) for key in keys)
    return keys


def keep(key: str, content: IO[bytes]) -> int:
    """Write `content` under a reserved key, in the caller's transaction; its length in bytes.

    If that rolls back, `prune` removes the object. Raises StorageDown.
    """
    size_bytes = content.seek(0, 2)
    content.seek(0)
    storage.put(key, content)
    LooseObject.objects.filter(key=key).delete()
    return size_bytes


def content_of(key: str, *, most_bytes: int = 64 * 1024 * 1024) -> bytes:
    """The whole of an object that the program made. Raises NotFound, StorageDown; ValueError for
    one that is larger than `most_bytes`."""
    with storage.reading(key) as content:
        found = content.read(most_bytes + 1)
    if len(found) > most_bytes:
        raise ValueError(f"{key} is larger than {most_bytes} bytes")
    return found


def release(keys: Sequence[str]) -> None:
    """Give back keys under which nothing was written. One query."""
    LooseObject.objects.filter(key__in=keys).delete()


@contextmanager
def on_disk(key: str, *, suffix: str) -> Iterator[Path]:
    """A kept object as a local file whose name ends with `suffix`, for readers that need a path.

    An object of a local folder is read where it lies; one from elsewhere is fetched whole. Gone
    when the block ends. Raises NotFound, StorageDown.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        storage.fetch(key, path)
        yield path
