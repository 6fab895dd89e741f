"""Formulas in versions. A draft is edited; a published version is never changed again."""

from __future__ import annotations

from datetime import date, timedelta

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy

from linli.catalogue.models.state import validity
from linli.evaluation.rules.subjects import Subject


class VersionState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("formulas", "Draft")
    PUBLISHED = "published", pgettext_lazy("formulas", "Published")
    DROPPED = "dropped", pgettext_lazy("formulas", "Dropped")


class Version(models.Model):
    """The formulas of a time: `number` is given when it is published; in force from `valid_from` up
    to, not including, `valid_to`. A period is judged by the version of its last day."""

    state = models.CharField(
        max_length=10, choices=VersionState.choices, default=VersionState.DRAFT
    )
    number = models.PositiveIntegerField(null=True, unique=True)
    note = models.TextField(default="")
    edges = models.JSONField(default=dict)  # grade letter to the points it begins at
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    made_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    published_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="evaluation_one_in_force",
                condition=Q(state="published"),
                expressions=[(validity(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                name="evaluation_published_whole",
                condition=~Q(state="published")
                | Q(number__isnull=False, valid_from__isnull=False, published_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="draft"), name="evaluation_one_draft"
            ),
        ]  # fmt: skip
        triggers = [
            # Only its end may be set after publication, when the next version is published.
            pgtrigger.Trigger(
                name="published_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
                func="""
                    IF TG_OP = 'DELETE'
                        OR (to_jsonb(NEW) - 'valid_to') <> (to_jsonb(OLD) - 'valid_to') THEN
                        RAISE EXCEPTION 'a published version of formulas is never changed'
                            USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'evaluation_published_stays';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    @property
    def last_on(self) -> date | None:
        """The last day it is in force; None while nothing replaces it."""
        return self.valid_to - timedelta(days=1) if self.valid_to else None


class Indicator(models.Model):
    """One formula of a version (rules.formula), with where it comes from."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="indicators")
    subject = models.CharField(max_length=12, choices=Subject.choices)
    code = models.CharField(max_length=40)
    label_zh = models.CharField(max_length=40)
    label_en = models.CharField(max_length=60, default="")
    shows = models.CharField(max_length=6)  # rules.subjects.Shows
    formula = models.CharField(max_length=1000)
    source = models.CharField(max_length=120, default="")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "subject", "code"], name="evaluation_indicator_once"
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("whose", "bigint")],
                func="""
                    IF TG_OP = 'INSERT' THEN whose := NEW.version_id;
                    ELSE whose := OLD.version_id; END IF;
                    IF EXISTS (SELECT FROM evaluation_version v
                               WHERE v.id = whose AND v.state = 'published') THEN
                        RAISE EXCEPTION 'a published version of formulas is never changed'
                            USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'evaluation_published_stays';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    @property
    def label(self) -> str:
        """In the language of the reader."""
        chinese = (get_language() or "").startswith("zh")
        return self.label_zh if chinese or not self.label_en else self.label_en
