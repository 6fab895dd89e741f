"""Who did what, when and what for: written once, never changed."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessLog(models.Model):
    """One action of one person. Ids only, no names and no personal values (P7, PIPL 51).

    A big table: no foreign keys, and keyset paging by `id`.
    """

    at = models.DateTimeField(_("time"))
    user_id = models.BigIntegerField(null=True)  # none: somebody who is not signed in
    post_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.TextField()
    purpose = models.TextField(default="")
    address = models.CharField(max_length=64, default="")  # a keyed hash
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_by_object"),
            models.Index(fields=["user_id", "-id"], name="audit_by_user"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class AuditSeal(models.Model):
    """A digest over the entries `from_id` … `to_id` and the seal before: a chain over the log."""

    from_id = models.BigIntegerField()
    to_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    prev_digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_id"], name="audit_seal_from"),
            models.CheckConstraint(
                condition=models.Q(to_id__gte=models.F("from_id")), name="audit_seal_range"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
