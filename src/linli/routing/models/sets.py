"""Rule sets and their rules. A draft is edited; a published set is never changed again."""

from __future__ import annotations

import pgtrigger
from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from linli.catalogue.models.state import validity
from linli.catalogue.rules import UNIT_WORDS
from linli.routing.rules import Target


class RoutingState(models.Model):
    """One row: the version of everything that is in force, and which breakages were told."""

    version = models.BigIntegerField(default=0)
    told = models.JSONField(default=list)  # [[rule id, fault], …] that people have been told of

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="routing_one_state")]


class SetState(models.TextChoices):
    """Where a rule set is."""

    DRAFT = "draft", pgettext_lazy("rules", "Draft")
    PUBLISHED = "published", pgettext_lazy("rules", "Published")
    DROPPED = "dropped", pgettext_lazy("rules", "Dropped")


def _counts_version() -> pgtrigger.Trigger:
    """Every statement that writes moves the version on, whoever writes."""
    return pgtrigger.Trigger(
        name="count_version",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            INSERT INTO routing_routingstate AS state (id, version, told)
            VALUES (1, nextval('routing_version'), '[]')
            ON CONFLICT (id) DO UPDATE SET version = excluded.version;
            RETURN NULL;
        """,
    )


class RuleSet(models.Model):
    """A version of the rules. `number` is given when it is published; `edits` counts the changes
    of a draft, so that a trial says which content it tried.

    In force from `valid_from` up to, not including, `valid_to`; published ones never overlap.
    """

    name = models.CharField(_("name"), max_length=80)
    note = models.TextField(_("note"), blank=True, default="")
    state = models.CharField(max_length=10, choices=SetState.choices, default=SetState.DRAFT)
    number = models.PositiveIntegerField(null=True, unique=True)
    edits = models.PositiveIntegerField(default=0)
    based_on = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    published_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    valid_from = models.DateField(_("valid from"), null=True)
    valid_to = models.DateField(_("valid to"), null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="routing_one_in_force",
                condition=Q(state="published"),
                expressions=[(validity(), RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                name="routing_published_whole",
                condition=~Q(state="published")
                | Q(number__isnull=False, valid_from__isnull=False, published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="routing_set_days",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]
        triggers = [
            _counts_version(),
            # Only its end may be set after publication, when the next version is published.
            pgtrigger.Trigger(
                name="published_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
                func="""
                    IF TG_OP = 'DELETE' OR (to_jsonb(NEW) - 'valid_to') <> (to_jsonb(OLD) - 'valid_to')
                    THEN
                        RAISE EXCEPTION 'a published rule set is never changed'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,  # noqa: E501
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoutingRule(models.Model):
    """A line of a set: when it fits (`rules.Conditions`, packed, with its area), and what then."""

    rule_set = models.ForeignKey(RuleSet, models.CASCADE, related_name="rules")
    position = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")
    conditions = models.JSONField(default=dict)
    area = models.MultiPolygonField(srid=4326, null=True, spatial_index=False)
    target = models.CharField(max_length=12, choices=Target.choices, default=Target.UNIT)
    unit = models.ForeignKey("staff.Unit", models.PROTECT, null=True, related_name="+")
    co_units = ArrayField(models.BigIntegerField(), default=list)
    urgency = models.CharField(max_length=8, blank=True, default="")
    limit_amount = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    limit_unit = models.CharField(
        max_length=12,
        blank=True,
        default="",
        choices=[(u.value, UNIT_WORDS[u]) for u in UNIT_WORDS],
    )
    limit_factor = models.DecimalField(max_digits=4, decimal_places=2, null=True)

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["rule_set", "position"], name="routing_rule_order")]
        constraints = [
            models.CheckConstraint(
                name="routing_rule_target",
                condition=Q(target="unit", unit__isnull=False)
                | (~Q(target="unit") & Q(unit__isnull=True)),
            ),
            models.CheckConstraint(
                name="routing_rule_limit",
                condition=Q(limit_amount__isnull=True, limit_unit="")
                | (Q(limit_amount__gt=0, limit_factor__isnull=True) & ~Q(limit_unit="")),
            ),
            models.CheckConstraint(
                name="routing_rule_factor",
                condition=Q(limit_factor__isnull=True) | Q(limit_factor__gt=0),
            ),
        ]
        triggers = [
            _counts_version(),
            pgtrigger.Trigger(
                name="published_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("there", "text")],
                func="""
                    SELECT state INTO there FROM routing_ruleset
                    WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.rule_set_id ELSE OLD.rule_set_id END;
                    IF there = 'published' THEN
                        RAISE EXCEPTION 'a rule of a published set is never changed'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,  # noqa: E501
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name in the reader's language, where there is one."""
        english = self.name_en and (get_language() or "").startswith("en")
        return self.name_en if english else self.name
