"""Cases that are sent on: to which systems, and what became of each."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from linli.kernel.seal import SealedTextField
from linli.open311.rules.kinds import ForwardState


class Destination(models.Model):
    """Another Open311 server: what is sent there, as whom we read it, what its answers do here.

    A case goes there once it is filed or, with `unit`, once it is dispatched to that unit; it has
    to be visible to `post`, of a class that begins with one of `class_codes` (none: all) and in
    `region` (None: anywhere). `services` maps our codes to theirs. With `acts`, `post` accepts the
    case when it has arrived there and reports back when it is closed there with a picture. With
    `sends_photos` a report names a picture that they may fetch for a few days (`services.showing`).
    """

    name = models.CharField(_("name"), max_length=80)
    endpoint = models.CharField(_("endpoint"), max_length=300)
    jurisdiction_id = models.CharField(max_length=60, blank=True, default="")
    api_key = SealedTextField()
    post = models.ForeignKey("staff.Post", models.PROTECT, related_name="+")
    unit = models.ForeignKey("staff.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    region = models.ForeignKey(
        "territory.Region", models.PROTECT, null=True, blank=True, related_name="+"
    )
    class_codes = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    services = models.JSONField(default=dict)
    sends_words = models.BooleanField(default=False)
    sends_photos = models.BooleanField(default=False, db_default=False)
    acts = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    # Tokens that this system posts its updates with; None: it is only asked.
    key_id = models.BigIntegerField(null=True, blank=True)
    looked_at = models.DateTimeField()  # up to here cases have been chosen
    asked_at = models.DateTimeField(null=True)  # when its answers were last asked for
    trouble = models.CharField(max_length=300, blank=True, default="")  # of the last asking

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="open311_destination_acts", condition=Q(acts=False) | Q(unit__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.name


class Forward(models.Model):
    """One case for one destination; sent at most once there in a round, whatever happens.

    A round ends when it is closed there; the next begins when the case comes back to be done again
    (rework), and `earlier_ids` keeps the numbers it had there. `tried`: a request may have arrived
    whose answer was lost; then it is looked for there before it is sent again. `said_here` is what
    our story has been told of.
    """

    destination = models.ForeignKey(Destination, models.PROTECT, related_name="forwards")
    case_id = models.BigIntegerField()
    case_number = models.CharField(max_length=30)
    class_code = models.CharField(max_length=5)
    state = models.CharField(
        max_length=8, choices=ForwardState.choices, default=ForwardState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    tried = models.BooleanField(default=False)
    last_error = models.CharField(max_length=300, blank=True, default="")
    remote_id = models.CharField(max_length=100, blank=True, default="")
    remote_token = models.CharField(max_length=100, blank=True, default="")
    remote_status = models.CharField(max_length=40, blank=True, default="")
    remote_notes = models.CharField(max_length=500, blank=True, default="")
    remote_media = models.CharField(max_length=1000, blank=True, default="")
    said_here = models.CharField(max_length=40, blank=True, default="")
    round = models.PositiveSmallIntegerField(default=1, db_default=1)
    earlier_ids = ArrayField(models.CharField(max_length=100), default=list, db_default=[])
    created_at = models.DateTimeField()  # of the round
    sent_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)  # by their clock
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["destination", "case_id"], name="open311_forward_once")
        ]
        indexes = [
            models.Index(
                fields=["destination", "id"],
                name="open311_forward_open",
                condition=Q(state__in=["waiting", "sent"]),
            ),
            models.Index(fields=["case_id"], name="open311_forward_case"),
            models.Index(fields=["remote_id"], name="open311_forward_remote"),
        ]

    def __str__(self) -> str:
        return f"{self.case_number} → {self.destination_id}"
