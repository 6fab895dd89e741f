"""Errands: long work that somebody asked for, and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from linli.errands.rules import OPEN, Role, State, label_of, share


class Errand(models.Model):
    """One piece of long work: asked for by a person from a post, done by the worker.

    `asks` is what its kind needs to do it (ids and codes); `name` what the person knows it by.
    """

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    post = models.ForeignKey("staff.Post", models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=10)
    asks = models.JSONField(default=dict)
    url = models.CharField(max_length=300, default="")  # the page it belongs to
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    says = models.CharField(max_length=200, default="")
    starts = models.PositiveSmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    outcome = models.TextField(default="")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="errands_state"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at__isnull=True)
                | Q(~Q(state__in=OPEN), ended_at__isnull=False),
                name="errands_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="errands_of_owner"),
            models.Index(fields=["kind", "-id"], name="errands_of_kind"),
            models.Index(fields=["ended_at"], name="errands_by_end"),
            models.Index(fields=["owner"], name="errands_open", condition=Q(state__in=OPEN)),
        ]

    @property
    def label(self) -> str:
        """The kind's name on screen."""
        return label_of(self.kind)

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN

    @property
    def percent(self) -> int | None:
        """How much of it is done, 0 to 100; None where nobody knows the whole."""
        return share(self.done, self.total)


class ErrandFile(models.Model):
    """A file that an errand made, until it is dropped some days later."""

    errand = models.ForeignKey(Errand, models.CASCADE, related_name="files")
    role = models.CharField(max_length=8, choices=Role)
    key = models.CharField(max_length=120)
    name = models.CharField(max_length=200)
    mime = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    kept_until = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["errand", "role"], name="errands_file_once")]
