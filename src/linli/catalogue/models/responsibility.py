"""Whose work a class is, where."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from linli.catalogue.models.classes import CaseClass
from linli.catalogue.models.state import counts_version, days_in_order, remembered, validity
from linli.catalogue.rules import Kind, Role


@pghistory.track(*remembered())
class Responsibility(models.Model):
    """责任归属: a unit's role for a class, or a whole major class, in a region (R65, R72).

    Without `case_class` the row is for the major class `kind` + `major_code`; with it these two
    repeat the class's own. Valid from `valid_from` up to, not including, `valid_to`.
    """

    case_class = models.ForeignKey(
        CaseClass, models.PROTECT, null=True, blank=True, related_name="responsibilities"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    major_code = models.CharField(_("major code"), max_length=2)
    region = models.ForeignKey("territory.Region", models.PROTECT, related_name="+")
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.LEAD)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    legal_basis = models.TextField(_("legal basis"), blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="catalogue_one_lead",
                condition=Q(role="lead"),
                expressions=[
                    (Coalesce("case_class_id", Value(0)), RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("major_code", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    (validity(), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="catalogue_unit_once",
                expressions=[
                    (Coalesce("case_class_id", Value(0)), RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("major_code", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (validity(), RangeOperators.OVERLAPS),
                ],
            ),
            days_in_order("catalogue_responsibility_days"),
        ]
        triggers = [counts_version()]

    def __str__(self) -> str:
        return f"{self.major_code} {self.role}"
