"""Schemes of appraisal, one a role at a time. Never changed but for the last day."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import get_language

from linli.appraisal.rules.schemes import Band, Line, Origin


def stays(name: str, *, but: str = "") -> pgtrigger.Trigger:
    """Rows that are never deleted and never changed, except for the column `but`."""
    changed = "to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD)"
    if but:
        changed = f"(to_jsonb(NEW) - '{but}') <> (to_jsonb(OLD) - '{but}')"
    return pgtrigger.Trigger(
        name="stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'DELETE' OR {changed} THEN
                RAISE EXCEPTION 'this row of appraisal is never changed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
            END IF;
            RETURN NEW;
        """,
    )


class Scheme(models.Model):
    """How a role is appraised, for the months whose last day lies within its days (both included).

    `subject`: whose formulas of evaluation its figures are; empty for a role without figures.
    """

    role = models.ForeignKey("staff.PostTemplate", models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()  # of this role, from 1
    subject = models.CharField(max_length=12, blank=True)
    note = models.TextField()
    bands = models.JSONField()  # [[edge, percent], …] as text, the best first
    share = models.DecimalField(max_digits=5, decimal_places=2)  # of the pay, in per cent (R127)
    most_added = models.DecimalField(max_digits=5, decimal_places=2)
    most_deducted = models.DecimalField(max_digits=5, decimal_places=2)
    report_days = models.PositiveSmallIntegerField()  # working days for the self-report
    appeal_days = models.PositiveSmallIntegerField()  # working days for the appeal
    valid_from = models.DateField()
    last_on = models.DateField(null=True)
    made_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["role", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["role", "number"], name="appraisal_scheme_once"),
            models.CheckConstraint(
                name="appraisal_scheme_bounds",
                condition=Q(
                    share__range=(0, 100),
                    most_added__range=(0, 100),
                    most_deducted__range=(0, 100),
                    report_days__range=(1, 60),
                    appeal_days__range=(1, 60),
                )
                & (Q(last_on=None) | Q(last_on__gte=F("valid_from"))),
            ),
            ExclusionConstraint(
                name="appraisal_one_scheme_in_force",
                expressions=[
                    ("role", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"), F("last_on"), Value("[]"),
                            function="daterange", output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]  # fmt: skip
        triggers = [stays("appraisal_scheme_stays", but="last_on")]

    def __str__(self) -> str:
        return f"{self.role} {self.number}"

    @property
    def ladder(self) -> list[Band]:
        """The bands, the best first."""
        return [Band(Decimal(edge), Decimal(percent)) for edge, percent in self.bands]


class SchemeLine(models.Model):
    """One line of a scheme (rules.schemes.Line)."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=20)
    label_zh = models.CharField(max_length=40)
    label_en = models.CharField(max_length=60, blank=True)
    weight = models.DecimalField(max_digits=5, decimal_places=2)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    figure = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "position"], name="appraisal_line_once"),
            models.CheckConstraint(
                name="appraisal_line_whole",
                condition=Q(weight__gt=0, weight__lte=100, origin__in=Origin.values)
                & (Q(origin="figure") ^ Q(figure="")),
            ),
        ]
        triggers = [stays("appraisal_line_stays")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """In the language of the reader."""
        english = self.label_en and (get_language() or "").startswith("en")
        return self.label_en if english else self.label_zh

    @classmethod
    def rows_of(cls, scheme: Scheme, lines: Iterable[tuple[Line, str]]) -> list[SchemeLine]:
        """The rows of a scheme, not saved yet; each line with its name in English or nothing."""
        return [
            cls(
                scheme=scheme, position=place, part=line.part, label_zh=str(line.label),
                label_en=english, weight=line.weight, origin=line.origin, figure=line.figure,
            )
            for place, (line, english) in enumerate(lines, 1)
        ]  # fmt: skip

    @property
    def line(self) -> Line:
        """The value of the row."""
        return Line(self.part, self.label, self.weight, Origin(self.origin), self.figure)
