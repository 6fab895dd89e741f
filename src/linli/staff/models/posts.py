"""Posts: a person in a unit, with grants over a reach."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from linli.staff.models.people import User
from linli.staff.models.units import Unit
from linli.staff.seeds import TITLES_EN


class Reach(models.TextChoices):
    REGION = "region", _("A region")
    GRIDS = "grids", _("Grids of duty")
    UNIT = "unit", _("The unit and those below it")


class PostKind(models.TextChoices):
    COMMON = "common", _("No special duty")
    WORK = "work", _("Work on cases")
    SYSTEM = "system", _("System administration")
    SECURITY = "security", _("Security administration")
    AUDIT = "audit", _("Audit")


class DutyRole(models.TextChoices):
    PRIMARY = "primary", _("Primary worker")
    SUBSTITUTE = "substitute", _("Substitute")
    SUPERVISOR = "supervisor", _("Supervisor")  # 督导员: looks over the work of 2 to 3 grids


def _span() -> Func:
    """From `valid_from` up to, not including, `valid_to`."""
    return Func("valid_from", "valid_to", function="TSTZRANGE", output_field=DateTimeRangeField())


class KnownGrant(models.Model):
    """The register of grants as the database knows it, so that it can judge posts by itself.

    Kept equal to `rules.GRANTS` after every migrate.
    """

    code = models.CharField(max_length=60, primary_key=True)
    kind = models.CharField(max_length=10, choices=PostKind.choices)


class PostTemplate(models.Model):
    """A role of the city, as data: what a new post of this name starts with.

    `proposed` is what the program last proposed as its grants; None for a role of the city's own.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    grants = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    proposed = ArrayField(models.CharField(max_length=60), null=True, editable=False)
    reach = models.CharField(_("reach"), max_length=10, choices=Reach.choices)

    class Meta:
        verbose_name = _("post template")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language, where there is one."""
        if self.name_en and (get_language() or "").startswith("en"):
            return self.name_en
        return self.name

    @property
    def not_taken(self) -> list[str]:
        """Grants that the program proposes and the city has not in this role, sorted."""
        return sorted(set(self.proposed or ()) - set(self.grants))


class Post(models.Model):
    """A person's place in a unit: grants over a region, over grids or over the unit itself.

    `class_codes` narrows it to classes by prefix (“E05”); none means all. `kind` is derived from
    the grants by the database. Valid from `valid_from` up to, not including, `valid_to`.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    template = models.ForeignKey(
        PostTemplate, null=True, blank=True, on_delete=models.SET_NULL, related_name="posts"
    )
    title = models.CharField(_("title"), max_length=60)
    reach = models.CharField(_("reach"), max_length=10, choices=Reach.choices)
    region = models.ForeignKey(
        "territory.Region", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    class_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    grants = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    kind = models.CharField(max_length=10, choices=PostKind.choices, editable=False, default="")
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("post")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="staff_post_dates",
            ),
            models.CheckConstraint(
                condition=~Q(reach="region") | Q(region__isnull=False), name="staff_post_region"
            ),
            # 三员分立: at no time two kinds of duty in one hand (standards 5.6).
            ExclusionConstraint(
                name="staff_separate_duties",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("kind", RangeOperators.NOT_EQUAL),
                    (_span(), RangeOperators.OVERLAPS),
                ],
                condition=~Q(kind="common"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="post_kind",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("kinds", "text[]"), ("unknown", "text")],
                func="""
                    SELECT code INTO unknown FROM unnest(NEW.grants) AS code
                        WHERE NOT EXISTS (SELECT FROM staff_knowngrant k WHERE k.code = code.code)
                        LIMIT 1;
                    IF unknown IS NOT NULL THEN
                        RAISE EXCEPTION 'unknown grant %', unknown
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'staff_known_grants';
                    END IF;
                    SELECT array_agg(DISTINCT k.kind) INTO kinds FROM staff_knowngrant k
                        WHERE k.code = ANY (NEW.grants) AND k.kind <> 'common';
                    IF cardinality(kinds) > 1 THEN
                        RAISE EXCEPTION 'a post cannot join the duties %', kinds
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'staff_one_duty';
                    END IF;
                    NEW.kind := coalesce(kinds[1], 'common');
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.label}"

    @property
    def label(self) -> str:
        """The title as it is read; one that is the name of a role of the program's reads in the
        reader's language, any other as the city wrote it. No query."""
        english = (get_language() or "").startswith("en")
        return TITLES_EN.get(self.title, self.title) if english else self.title


class GridDuty(models.Model):
    """Who looks after a grid: at any time at most one primary worker, substitutes, and who looks
    over their work (R41)."""

    grid = models.ForeignKey("territory.Grid", on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="duties")
    role = models.CharField(max_length=10, choices=DutyRole.choices, default=DutyRole.PRIMARY)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("grid duty")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="staff_duty_dates",
            ),
            ExclusionConstraint(
                name="staff_one_primary_worker",
                expressions=[
                    ("grid", RangeOperators.EQUAL),
                    (_span(), RangeOperators.OVERLAPS),
                ],
                condition=Q(role="primary"),
            ),
        ]
        indexes = [models.Index(fields=["post"], name="staff_duty_post")]
