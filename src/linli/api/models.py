from __future__ import annotations

from django.db import models

from linli.kernel.seal import SealedTextField


class Idempotency(models.Model):
    """A write that another system has made under a key of its own, and what it was answered.

    Only writes that were done are kept: a refusal has changed nothing and may be tried again. The
    answer is sealed, for it may carry the secret of a report.
    """

    actor = models.CharField(max_length=24)  # token or person: "token:7", "user:12"
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of method, path and body
    status = models.SmallIntegerField(null=True)  # null only inside the transaction of the write
    body = SealedTextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "api_idempotency"
        constraints = [
            models.UniqueConstraint(fields=["actor", "key"], name="api_idempotency_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="api_idempotency_created")]
