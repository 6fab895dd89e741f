from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q

from linli.cases.models.case import Case
from linli.cases.rules import Channel
from linli.kernel.seal import SealedTextField


class Report(models.Model):
    """What one person or device said. Many reports can stand behind one case (design §3).

    A report never moves: when its case is merged, it is followed through `Case.merged_into`.
    """

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey(Case, models.CASCADE, related_name="reports", db_index=False)
    number = models.SmallIntegerField()
    channel = models.CharField(max_length=12, choices=Channel.choices)
    description = models.TextField()
    address = models.TextField(default="")
    place = models.PointField(srid=4326, null=True, spatial_index=False)
    reported_at = models.DateTimeField()
    by_user = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    post = models.ForeignKey(
        "staff.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )
    salt = models.BinaryField(max_length=8)  # the secret of the follow link is made of it
    language = models.CharField(max_length=10, default="zh-hans")
    wants_call = models.BooleanField(default=False)
    rating = models.SmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="report_rating_range",
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 3)),
            )
        ]


class ReportContact(models.Model):
    """Who reported: sealed, apart from the case, for the posts that call back (P15)."""

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey(Case, models.CASCADE, related_name="contacts", db_index=False)
    number = models.SmallIntegerField()  # of the report
    name = SealedTextField()
    phone = SealedTextField()
    email = SealedTextField()
    phone_index = models.BinaryField(max_length=16, null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["phone_index"],
                name="report_contact_phone",
                condition=Q(phone_index__isnull=False),
            )
        ]


class SubmissionKey(models.Model):
    """A form or message that has become a report, so that sending it twice doubles nothing."""

    key = models.CharField(max_length=80, primary_key=True)
    case_id = models.BigIntegerField()
    report_number = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="submission_key_at")]
