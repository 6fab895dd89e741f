"""Platforms that send work orders, the orders, and what was told about them.

Orders are rows of this package alone and carry no foreign key to a case: cases are spread by their
id (ADR 0009), orders stay where their platform is.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.kernel.seal import SealedTextField
from linli.workorders.rules import kinds
from linli.workorders.rules.kinds import OrderState, Reason, Review, Status, Told


class Platform(models.Model):
    """Another city hotline platform: who it is, how its orders are read, how it is told.

    `key_id` names its key; `secret` signs in both directions, the one before it too until
    `old_until`. `header_key` is the digest of a key that is sent as it is, for old platforms.
    `by_place`: its cases belong to the centre of their place, not to `centre`.
    """

    name = models.CharField(_("name"), max_length=80)
    key_id = models.CharField(max_length=20, unique=True)
    secret = SealedTextField()
    old_secret = SealedTextField()
    old_until = models.DateTimeField(null=True)
    header_key = models.BinaryField(max_length=32, null=True)
    centre = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+")
    skew_s = models.PositiveIntegerField(default=300)
    return_hours = models.PositiveSmallIntegerField(default=4)
    by_place = models.BooleanField(default=False)
    review = models.CharField(max_length=8, choices=Review, default=Review.REPEATED)
    crs = models.CharField(max_length=6, default="wgs84")
    mapping = models.JSONField(default=dict)
    callback_url = models.CharField(max_length=500, blank=True, default="")
    wording = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="workorders_platform_review", condition=Q(review__in=Review.values)
            ),
            models.CheckConstraint(
                name="workorders_platform_crs", condition=Q(crs__in=["wgs84", "gcj02", "bd09"])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """One work order: what arrived, as it arrived, and what became of it.

    `number` is theirs, or a sum of the message where none can be read. `case_id` and `report` are
    what it became, `followed_id` the case whose news it gets (after a merge another one; none once
    it was returned), `centre` whose case it is, if there is one. `title` and `kind` are of the last
    reading, for the list.
    """

    platform = models.ForeignKey(Platform, models.PROTECT, related_name="orders")
    number = models.CharField(max_length=kinds.MOST_NUMBER)
    centre = models.ForeignKey("staff.Unit", models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    signed = models.BooleanField()
    is_xml = models.BooleanField(default=False)
    body = SealedTextField()
    digest = models.BinaryField(max_length=32)
    fixes = SealedTextField()  # what a person has mended, as JSON
    state = models.CharField(max_length=8, choices=OrderState, default=OrderState.RECEIVED)
    title = models.CharField(max_length=120, default="")
    kind = models.CharField(max_length=10, default="")
    faults = models.JSONField(default=list)  # [field, their path, sentence]
    phone_index = models.BinaryField(max_length=16, null=True)
    repeat_of = models.CharField(max_length=30, default="")  # number of a case it may repeat
    due_at = models.DateTimeField(null=True)
    return_until = models.DateTimeField(null=True)
    case_id = models.BigIntegerField(null=True)
    case_number = models.CharField(max_length=30, default="")
    report = models.SmallIntegerField(null=True)
    followed_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=12, choices=Reason, blank=True, default="")
    reason_words = models.CharField(max_length=500, default="")
    wished_until = models.DateTimeField(null=True)  # more time was asked for, until then
    told = models.CharField(max_length=9, choices=Told, blank=True, default="")  # of the last news

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "number"], name="workorders_order_once"),
            models.CheckConstraint(
                name="workorders_order_state", condition=Q(state__in=OrderState.values)
            ),
            models.CheckConstraint(
                name="workorders_order_taken",
                condition=~Q(state="taken") | Q(case_id__isnull=False, report__isnull=False),
            ),
            models.CheckConstraint(
                name="workorders_order_returned",
                condition=~Q(state="returned") | Q(returned_at__isnull=False) & ~Q(reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["platform", "-id"], name="workorders_order_newest"),
            models.Index(fields=["state", "-id"], name="workorders_order_state"),
            models.Index(
                fields=["told", "-id"],
                name="workorders_order_untold",
                condition=Q(told__in=("waiting", "failed")),
            ),
            models.Index(
                fields=["followed_id"],
                name="workorders_order_followed",
                condition=Q(followed_id__isnull=False),
            ),
            models.Index(
                fields=["case_id"],
                name="workorders_order_case",
                condition=Q(case_id__isnull=False),
            ),
            models.Index(
                fields=["phone_index"],
                name="workorders_order_phone",
                condition=Q(phone_index__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_kind_display(self) -> str:
        """The kind of concern on screen."""
        return str(kinds.Kind(self.kind).label) if self.kind else ""


class OrderFile(models.Model):
    """An attachment that an order points to; its address is forgotten once it is settled."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits to be fetched")
        FETCHED = "fetched", _("Fetched")
        KEPT = "kept", _("Kept with the case")
        REFUSED = "refused", _("Not taken")

    order = models.ForeignKey(Order, models.CASCADE, related_name="files")
    place = models.PositiveSmallIntegerField()
    url = SealedTextField()
    upload = models.UUIDField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    said = models.CharField(max_length=300, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "place"], name="workorders_file_once")
        ]


class News(models.Model):
    """A status that happened, and whether the platform has confirmed it. Never changed in content.

    `uid` goes out with every try. `queued`: it was handed to the outbox. `event` is that of the
    case, none for what was done to the order itself.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="news")
    uid = models.UUIDField(default=uuid.uuid4)
    status = models.CharField(max_length=12, choices=Status)
    at = models.DateTimeField()
    words = models.TextField(default="")
    facts = models.JSONField(default=dict)  # case, unit, reason, rating, until
    event = models.IntegerField(null=True)
    state = models.CharField(max_length=9, choices=Told, default=Told.WAITING)
    queued = models.BooleanField(default=False)
    delivery_id = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)
    says = models.CharField(max_length=300, default="")

    class Meta:
        indexes = [
            models.Index(fields=["order", "id"], name="workorders_news_order"),
            models.Index(fields=["uid"], name="workorders_news_uid"),
            models.Index(
                fields=["order"], name="workorders_news_unqueued", condition=Q(queued=False)
            ),
        ]

    def fact(self, name: str) -> Any:
        """One of the facts, None without it."""
        return self.facts.get(name)


class Nonce(models.Model):
    """A nonce that was used: a signed request comes once."""

    platform = models.ForeignKey(Platform, models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "nonce"], name="workorders_nonce_once")
        ]
        indexes = [models.Index(fields=["at"], name="workorders_nonce_at")]
