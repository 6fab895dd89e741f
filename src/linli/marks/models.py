"""Marks that staff put on the map (R105)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.marks.rules.kinds import Audience, MarkKind


class Mark(models.Model):
    """A point, line or area with a text. `last_on` is the last day on which it shows.

    `unit` is where its maker sat; who may see and change it is in `policy`. `version` grows with
    every change, so that two who change it at once do not overwrite each other.
    """

    text = models.CharField(_("text"), max_length=60)
    note = models.CharField(_("note"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=MarkKind.choices)
    audience = models.CharField(_("shown to"), max_length=4, choices=Audience.choices)
    shape = models.GeometryField(srid=4326)
    valid_from = models.DateField(_("from"))
    last_on = models.DateField(_("last day"), null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__isnull=True) | Q(last_on__gte=F("valid_from")),
                name="marks_days",
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values) & Q(kind__in=MarkKind.values),
                name="marks_choices",
            ),
        ]

    def __str__(self) -> str:
        return self.text
