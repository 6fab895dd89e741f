"""Announcements, who was told of them and what they did with them (R104)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from linli.announcements import rules


class Settings(models.Model):
    """What the city decides about announcements; one row at most."""

    _LEAST = [*rules.Importance.choices, (rules.NEVER, rules.NEVER)]
    approval_from = models.CharField(max_length=10, choices=_LEAST, default="urgent")
    letters_from = models.CharField(max_length=10, choices=_LEAST, default="important")
    remind_after_hours = models.PositiveSmallIntegerField(default=24)
    most_reminders = models.PositiveSmallIntegerField(default=2)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="announcements_one_settings"),
            models.CheckConstraint(
                condition=Q(
                    remind_after_hours__range=rules.HOURS, most_reminders__range=rules.REMINDERS
                ),
                name="announcements_settings_bounds",
            ),
        ]


class Announcement(models.Model):
    """A text of one unit for some of the staff. Once people were told it is never changed: it is
    withdrawn, or a correction takes its place as the next version under the same `first`.

    `first` is the first version, empty for that one itself. `people` counts those told, `read` and
    `confirmed` are filled when the receipts are forgotten a year later.
    """

    kind = models.CharField(max_length=12, choices=rules.Kind, default=rules.Kind.ANNOUNCEMENT)
    first = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="later_versions"
    )
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=80)
    body = models.TextField()
    importance = models.CharField(max_length=10, choices=rules.Importance)
    must_confirm = models.BooleanField(default=False)
    last_on = models.DateField(null=True)
    audience = models.CharField(max_length=10, choices=rules.Audience)
    units = ArrayField(models.BigIntegerField(), default=list)
    regions = ArrayField(models.BigIntegerField(), default=list)
    roles = ArrayField(models.BigIntegerField(), default=list)  # post templates; none: all
    letters = ArrayField(models.CharField(max_length=5), default=list)  # notices.rules.Channel
    state = models.CharField(max_length=10, choices=rules.State, default=rules.State.DRAFT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    people = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(null=True)
    confirmed = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=rules.State.values), name="announcements_state"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[state.value for state in rules.SENT])
                | Q(published_at__isnull=False),
                name="announcements_published_at",
            ),
            models.UniqueConstraint(fields=["first", "version"], name="announcements_version_once"),
        ]
        indexes = [
            models.Index(fields=["author", "-id"], name="announcements_of_author"),
            models.Index(fields=["id"], name="announcements_waiting", condition=Q(state="waiting")),
            models.Index(
                fields=["published_at"],
                name="announcements_published",
                condition=Q(state="published"),
            ),
        ]

    @property
    def thread(self) -> int:
        """The number of its first version."""
        return self.first_id or self.pk

    @property
    def path(self) -> str:
        """Where it is read."""
        return f"/announcements/{self.pk}/"


class Attachment(models.Model):
    """A file of an announcement; corrections keep the same objects in rows of their own."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="files")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    mime = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    key = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "number"], name="announcements_file_once"
            )
        ]


class Receipt(models.Model):
    """That one person was told, has read, has confirmed. For the sender alone; nothing that judges
    people reads it (P14)."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="receipts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    written_at = models.DateTimeField(null=True)  # letters, if there were any

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "user"], name="announcements_receipt_once"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(read_at__lte=F("confirmed_at")),
                name="announcements_confirmed_was_read",
            ),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="announcements_of_reader")]


class Entry(models.Model):
    """A line of the history of an announcement."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="history")
    at = models.DateTimeField()
    deed = models.CharField(max_length=10, choices=rules.Deed)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    words = models.CharField(max_length=500, default="")
