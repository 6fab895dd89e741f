"""A proposal of grids for a community, atom by atom."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class PlanState(models.TextChoices):
    """Where a plan is."""

    DRAFT = "draft", pgettext_lazy("plan", "Draft")
    ADOPTED = "adopted", pgettext_lazy("plan", "Adopted")
    DROPPED = "dropped", pgettext_lazy("plan", "Dropped")


class Plan(models.Model):
    """One way to divide a community into grids.

    `continues` names for each part today's grid whose code and worker it keeps, 0 for a new one;
    `edges` are [atom, atom, metres, price, metres along streets] of atoms that touch; `before` are
    the figures of today's grids. `version` grows with every change by hand.
    """

    community = models.ForeignKey("territory.Region", models.PROTECT, related_name="+")
    scheme = models.ForeignKey("planning.GridScheme", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.DRAFT)
    parts = models.PositiveSmallIntegerField()
    wish = models.JSONField(default=dict)
    continues = ArrayField(models.BigIntegerField())
    edges = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    estimated = models.BooleanField(default=True)  # households follow from floor space
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    from_date = models.DateField(null=True)  # of an adopted plan

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=PlanState.ADOPTED, from_date__isnull=False)
                | (~Q(state=PlanState.ADOPTED) & Q(from_date__isnull=True)),
                name="planning_adopted_from",
            ),
        ]
        indexes = [models.Index(fields=["community", "-id"], name="planning_of_community")]


class PlanAtom(models.Model):
    """A piece of ground that a plan hands over whole. `today` is [[grid id, households], …]."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="atoms")
    number = models.PositiveIntegerField()
    part = models.PositiveSmallIntegerField()
    households = models.FloatField()
    work = models.FloatField()
    today = models.JSONField(default=list)
    buildings = ArrayField(models.BigIntegerField())
    outline = models.GeometryField(srid=4326)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="planning_atom_once")
        ]
