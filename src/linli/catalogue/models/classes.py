"""What can be reported, when it is filed and closed, and how long each part may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from linli.catalogue.models.state import counts_version, days_in_order, remembered, validity
from linli.catalogue.rules import UNIT_WORDS, Goal, Kind, LimitUnit

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

UNITS = [(unit.value, UNIT_WORDS[unit]) for unit in LimitUnit]


def _amount(label: StrPromise, *, null: bool = False) -> models.DecimalField:  # type: ignore[type-arg]  # plugin fills it in
    return models.DecimalField(label, max_digits=8, decimal_places=2, null=null, blank=null)


def _unit(label: StrPromise, *, blank: bool = False) -> models.CharField:  # type: ignore[type-arg]  # plugin fills it in
    return models.CharField(label, max_length=12, choices=UNITS, blank=blank)


@pghistory.track(*remembered())
class Edition(models.Model):
    """A catalogue of classes as one source gives it: national, provincial, of the city (R64).

    The edition in use is the one with the latest `valid_from` that is not in the future.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    source = models.TextField(_("source"), blank=True)
    valid_from = models.DateField(_("valid from"))

    class Meta:
        triggers = [counts_version()]

    def __str__(self) -> str:
        return self.name


@pghistory.track(*remembered())
class CaseClass(models.Model):
    """小类: one kind of thing or happening (GB/T 30428.2). Retired by `active`, never deleted."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="classes")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    major_code = models.CharField(_("major code"), max_length=2)
    major_name = models.CharField(_("major class"), max_length=60)
    major_name_en = models.CharField(_("major class in English"), max_length=100, blank=True)
    minor_code = models.CharField(_("minor code"), max_length=2)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    code = models.CharField(_("code"), max_length=5)  # C0101, E0102: kept by the services
    active = models.BooleanField(_("in use"), default=True)
    public = models.BooleanField(_("offered to residents"), default=False)
    # Which of the five goals (R8) its cases count for; most classes for none.
    goal = models.CharField(
        _("goal"), max_length=10, choices=Goal.choices, blank=True, default="", db_default=""
    )
    icon = models.CharField(_("icon"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)
    # Names in an imported sheet that are no unit here: kept to be linked, never invented.
    unlinked_units = models.TextField(_("units not linked"), blank=True)
    unlinked_supervisors = models.TextField(_("departments not linked"), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="catalogue_class_code"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[CE][0-9]{4}$"), name="catalogue_class_digits"
            ),
        ]
        triggers = [counts_version()]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language, where there is one."""
        return self.name_en if self.name_en and _reads_english() else self.name

    @property
    def major_label(self) -> str:
        """The major class in the reader's language, where there is one."""
        return self.major_name_en if self.major_name_en and _reads_english() else self.major_name


@pghistory.track(*remembered())
class FilingCondition(models.Model):
    """立案条件: when a case of a class is filed and closed, and how long handling may take (R65).

    A class has several; staged work (stop, fine, demolish) is one condition a stage. Valid from
    `valid_from` up to, not including, `valid_to`.
    """

    case_class = models.ForeignKey(CaseClass, models.PROTECT, related_name="conditions")
    number = models.PositiveSmallIntegerField(_("number"))
    filing_text = models.TextField(_("filing condition"))
    filing_text_en = models.TextField(_("filing condition in English"), blank=True)
    closing_text = models.TextField(_("closing condition"))
    closing_text_en = models.TextField(_("closing condition in English"), blank=True)
    limit_a = _amount(_("limit in grade A"))
    unit_a = _unit(_("unit of limit A"))
    limit_b = _amount(_("limit in grade B"))
    unit_b = _unit(_("unit of limit B"))
    limit_c = _amount(_("limit in grade C"))
    unit_c = _unit(_("unit of limit C"))
    urgent_limit = _amount(_("urgent limit"), null=True)
    urgent_unit = _unit(_("unit of the urgent limit"), blank=True)
    note = models.TextField(_("note"), blank=True)
    source = models.TextField(_("source"), blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="catalogue_condition_once",
                expressions=[
                    ("case_class", RangeOperators.EQUAL),
                    ("number", RangeOperators.EQUAL),
                    (validity(), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(limit_a__gt=0, limit_b__gt=0, limit_c__gt=0)
                & (Q(urgent_limit__isnull=True, urgent_unit="") | Q(urgent_limit__gt=0)),
                name="catalogue_condition_limits",
            ),
            models.CheckConstraint(
                condition=Q(urgent_limit__isnull=True) | ~Q(urgent_unit=""),
                name="catalogue_condition_urgent_unit",
            ),
            days_in_order("catalogue_condition_days"),
        ]
        triggers = [counts_version()]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The filing condition in the reader's language, where there is one."""
        return self.filing_text_en if self.filing_text_en and _reads_english() else self.filing_text

    @property
    def closing_label(self) -> str:
        """The closing condition in the reader's language, where there is one."""
        english = self.closing_text_en and _reads_english()
        return self.closing_text_en if english else self.closing_text


@pghistory.track(*remembered())
class StageLimit(models.Model):
    """Desk time: how long a stage other than handling may take (standards 3.4).

    `stage` is a stage of a case (design §3), `urgency` is normal or urgent.
    """

    stage = models.CharField(_("stage"), max_length=12)
    urgency = models.CharField(_("urgency"), max_length=8, default="normal")
    amount = _amount(_("amount"))
    unit = _unit(_("unit"))
    source = models.TextField(_("source"), blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="catalogue_stagelimit_once",
                expressions=[
                    ("stage", RangeOperators.EQUAL),
                    ("urgency", RangeOperators.EQUAL),
                    (validity(), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="catalogue_stagelimit_amount"),
            models.CheckConstraint(
                condition=Q(urgency__in=["normal", "urgent"]), name="catalogue_stagelimit_urgency"
            ),
            days_in_order("catalogue_stagelimit_days"),
        ]
        triggers = [counts_version()]

    def __str__(self) -> str:
        return f"{self.stage} {self.urgency}"


def _reads_english() -> bool:
    return (get_language() or "").startswith("en")
