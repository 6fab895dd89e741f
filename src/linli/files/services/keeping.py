"""Files that the program itself makes: reports and lists, kept for whoever asked for them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
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


def release(keys: Sequence[str]) -> None:
    """Give back keys under which nothing was written. One query."""
    LooseObject.objects.filter(key__in=keys).delete()
