"""Files that wait to be attached to something, and objects that nobody speaks for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.files.rules import Kind
from linli.kernel.seal import SealedTextField


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file whose upload was claimed: what the claimant keeps in a row of its own.

    `key`, `thumb_key` and `sealed_key` name objects of the storage ("" where there is none);
    whoever drops the row gives them to `services.discard_objects`. `sha256` and `size_bytes` are of
    the object under `key`. `place` is "lon,lat" (WGS84) or "", and belongs in a sealed column.
    """

    kind: str
    mime: str
    name: str
    size_bytes: int
    sha256: str
    key: str
    thumb_key: str
    sealed_key: str
    taken_at: datetime | None
    place: str
    width: int | None
    height: int | None
    duration: timedelta | None
    fingerprint: int | None
    created_at: datetime


class Upload(models.Model):
    """A file that has arrived and waits, at most a day, to be attached (R67).

    It belongs to a person of the staff (`owner`) or to an anonymous session (`holder`, a hash).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    holder = models.CharField(max_length=64, null=True)
    kind = models.CharField(max_length=10, choices=Kind)
    mime = models.CharField(max_length=100)
    name = models.CharField(max_length=120)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)  # hexadecimal, of the object under `key`
    key = models.CharField(max_length=120)
    thumb_key = models.CharField(max_length=120, default="")
    sealed_key = models.CharField(max_length=120, default="")  # the original, encrypted
    taken_at = models.DateTimeField(null=True)
    place = SealedTextField()  # "lon,lat", from the file itself
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    duration = models.DurationField(null=True)
    fingerprint = models.BigIntegerField(null=True)  # of a photo (rules.fingerprints)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, holder__isnull=True)
                | Q(owner__isnull=True, holder__isnull=False),
                name="files_upload_one_claimant",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="files_upload_created")]

    def stored(self) -> StoredFile:
        """The facts, without who sent it."""
        return StoredFile(
            kind=self.kind,
            mime=self.mime,
            name=self.name,
            size_bytes=self.size_bytes,
            sha256=self.sha256,
            key=self.key,
            thumb_key=self.thumb_key,
            sealed_key=self.sealed_key,
            taken_at=self.taken_at,
            place=self.place,
            width=self.width,
            height=self.height,
            duration=self.duration,
            fingerprint=self.fingerprint,
            created_at=self.created_at,
        )


class LooseObject(models.Model):
    """An object of the storage that no row speaks for: being written, or to be removed.

    Announced before an object is written and withdrawn in the transaction that records it, so that
    a process killed in between leaves nothing for ever.
    """

    key = models.CharField(max_length=120, primary_key=True)
    since = models.DateTimeField(db_index=True)
