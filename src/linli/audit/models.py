"""Who did what, when and what for: written once, never changed."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

# Entries leave in one way only, whoever asks: whole sealed ranges, from the beginning of the log,
# all of it older than three years (audit.rules.KEPT_YEARS); and it is written down that they did.
_OLD_RANGES_ONLY = """
    SELECT max(id), count(*), max(at) INTO last, many, youngest FROM gone;
    IF many = 0 THEN
        RETURN NULL;
    END IF;
    IF youngest >= now() - interval '3 years' THEN
        RAISE EXCEPTION 'Cannot delete entries of the access log before three years are over.';
    END IF;
    IF NOT EXISTS (SELECT FROM audit_auditseal WHERE to_id = last)
        OR EXISTS (SELECT FROM audit_accesslog WHERE id <= last) THEN
        RAISE EXCEPTION 'Cannot delete from the access log but sealed ranges from its beginning.';
    END IF;
    INSERT INTO audit_auditcut (to_id, entries, at) VALUES (last, many, now());
    RETURN NULL;
"""


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
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="old_ranges_only",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="gone"),  # type: ignore[no-untyped-call]
                declare=[("last", "bigint"), ("many", "bigint"), ("youngest", "timestamptz")],
                func=_OLD_RANGES_ONLY,
            ),
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


class AuditCut(models.Model):
    """What was taken off the beginning of the log when its three years were over: the entries up to
    `to_id`. Written by the trigger of the log alone."""

    to_id = models.BigIntegerField()
    entries = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["to_id"], name="audit_cut_once")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="by_the_log_alone",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF pg_trigger_depth() < 2 THEN
                        RAISE EXCEPTION 'Cannot write cuts of the access log by hand.';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
