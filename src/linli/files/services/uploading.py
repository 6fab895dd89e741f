"""From bytes to an upload that waits, and from there to whoever claims it."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import IO

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from linli.files import policy, rules
from linli.files.models import LooseObject, StoredFile, Upload
from linli.files.rules.kinds import FIELD, check_size, extension_of, kind_of
from linli.files.rules.preparing import prepare
from linli.files.services import sealing, storage
from linli.kernel import rows
from linli.kernel.errors import NotFound

log = logging.getLogger(__name__)


def store(
    *,
    content: IO[bytes],
    name: str,
    owner: AbstractBaseUser | None,
    holder: str | None,
    now: datetime,
) -> Upload:
    """Check, clean and keep `content` until somebody claims it, for a day (R67).

    `content` is seekable and is left open. Exactly one of `owner` and `holder` is given. Call it
    outside a transaction: only then can a killed process leave no object behind.
    Raises NotAccepted, TooBig, StorageDown; after each of them nothing is kept.
    """
    mime = rules.sniff(content)
    size_bytes = content.seek(0, 2)
    check_size(size_bytes, kind_of(mime))
    made = prepare(content, mime, now=now)
    stem = f"{now:%Y/%m/%d}/{uuid.uuid4().hex}"
    upload = Upload(
        owner_id=owner.pk if owner else None,
        holder=holder,
        kind=kind_of(made.mime),
        mime=made.mime,
        name=rules.clean_name(name, made.mime),
        key=f"{stem}.{extension_of(made.mime)}",
        thumb_key=f"{stem}.thumb.jpg" if made.thumb else "",
        sealed_key=f"{stem}.sealed" if made.original else "",
        taken_at=made.taken_at,
        place=rules.place_text(made.place),
        width=made.width,
        height=made.height,
        duration=made.duration,
        fingerprint=made.fingerprint,
        created_at=now,
    )
    upload.sha256, upload.size_bytes = _sum_of(made.clean)
    parts: dict[str, IO[bytes]] = {upload.key: made.clean}
    if made.thumb:
        parts[upload.thumb_key] = BytesIO(made.thumb)
    try:
        if made.original:
            parts[upload.sealed_key] = sealing.sealed(made.original, context=upload.sealed_key)
        loose = _keep(parts, now=now)
        batch = rows.Batch()
        batch.insert(upload)
        batch.remove(*loose)
        batch.write()
    finally:
        for part in parts.values():
            if part is not content:
                part.close()
    return upload


def _sum_of(content: IO[bytes]) -> tuple[str, int]:
    """SHA-256 in hexadecimal and the length; `content` stands at its beginning before and after."""
    digest, size_bytes = hashlib.sha256(), 0
    while piece := content.read(storage.PIECE):
        digest.update(piece)
        size_bytes += len(piece)
    content.seek(0)
    return digest.hexdigest(), size_bytes


def _keep(parts: dict[str, IO[bytes]], *, now: datetime) -> list[LooseObject]:
    """Write every part, or none: what was written is taken back when one fails.

    Returns what announces the parts as loose, to be withdrawn together with their recording.
    """
    loose = [LooseObject(key=key, since=now) for key in parts]
    announced = rows.Batch()
    announced.insert(*loose)
    announced.write()
    try:
        for key, part in parts.items():
            storage.put(key, part)
    except rules.StorageDown:
        _remove(list(parts))
        raise
    return loose


def claim(
    *,
    upload_ids: Sequence[uuid.UUID | str],
    owner: AbstractBaseUser | None,
    holder: str | None,
    now: datetime,
) -> list[StoredFile]:
    """Hand over uploads, in the order asked for; the caller keeps what comes back in its own rows.

    Runs in the caller's transaction (TransactionManagementError without one): if that rolls back,
    the uploads wait again. Two claims at once: the second one is refused. One query.
    Raises NotFound naming "files" for an upload that is unknown, somebody else's, attached already,
    older than a day or asked for twice.
    """
    gone = NotFound(_("One of the files is not there any more. Please add it again."), field=FIELD)
    try:
        wanted = [uuid.UUID(str(upload_id)) for upload_id in upload_ids]
    except ValueError:
        raise gone from None
    if not wanted:
        return []
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A claim belongs to its caller's transaction.")
    mine, claimant = policy.claimed_by(owner, holder)
    taken = rows.take(
        Upload,
        f"id = ANY(%s::uuid[]) AND created_at > %s AND {mine}",
        [rows.array(wanted), now - rules.WAITING, claimant],
    )
    found = {upload.pk: upload for upload in taken}
    if len(found) != len(wanted):
        raise gone
    return [found[upload_id].stored() for upload_id in wanted]


@transaction.atomic
def discard_upload(
    *,
    upload_id: uuid.UUID,
    owner: AbstractBaseUser | None,
    holder: str | None,
    now: datetime,
) -> None:
    """Take back an upload that was not attached yet. Raises NotFound."""
    (stored,) = claim(upload_ids=[upload_id], owner=owner, holder=holder, now=now)
    discard_objects(keys=[stored.key, stored.thumb_key, stored.sealed_key], now=now)


def discard_objects(*, keys: Iterable[str], now: datetime) -> None:
    """Remove these objects once the present transaction has committed; "" is passed over.

    They are written down first, so that `prune` finds what a crash or a storage failure left.
    """
    real = [key for key in keys if key]
    LooseObject.objects.bulk_create(
        (LooseObject(key=key, since=now) for key in real), ignore_conflicts=True
    )
    transaction.on_commit(lambda: _remove(real))


def _remove(keys: Sequence[str]) -> int:
    """Remove objects and forget those that are gone; the others wait for `prune`."""
    gone = [key for key in keys if storage.remove(key)]
    LooseObject.objects.filter(key__in=gone).delete()
    return len(gone)


def prune(*, now: datetime) -> int:
    """Drop uploads that nobody claimed within a day, and loose objects of that age.

    Returns how many objects went. Safe to run twice and beside claims: a locked upload is left
    to its claimant.
    """
    until = now - rules.WAITING
    with transaction.atomic():
        old = list(
            Upload.objects.select_for_update(skip_locked=True)
            .filter(created_at__lte=until)
            .order_by("created_at")[:1000]
        )
        keys = [key for u in old for key in (u.key, u.thumb_key, u.sealed_key) if key]
        LooseObject.objects.bulk_create(
            (LooseObject(key=key, since=until) for key in keys), ignore_conflicts=True
        )
        Upload.objects.filter(pk__in=[u.pk for u in old]).delete()
    loose = LooseObject.objects.filter(since__lte=until).order_by("since")
    removed = _remove(list(loose.values_list("key", flat=True)[:5000]))
    if removed:
        log.info("files pruned", extra={"objects": removed, "uploads": len(old)})
    return removed
