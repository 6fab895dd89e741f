"""The numbers people call (12345, 12319, 96310, 962000 …) as data (R147)."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from linli.catalogue.rules import Limit, LimitUnit


def _every_day() -> list[int]:
    return [1, 2, 3, 4, 5, 6, 7]


class Line(models.Model):
    """A line that a centre answers. Hours are local; without them it is staffed all day.

    `most_tries`: after how many calls that nobody takes a call-back is given up.
    """

    number = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+")
    weekdays = ArrayField(models.SmallIntegerField(), default=_every_day)
    opens_at = models.TimeField(null=True, blank=True)
    closes_at = models.TimeField(null=True, blank=True)
    greeting = models.CharField(max_length=300, blank=True)
    most_tries = models.SmallIntegerField(default=3)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("number", "unit", name="hotline_line_number"),
            models.CheckConstraint(
                name="hotline_line_hours",
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__isnull=False)
                & ~Q(opens_at=models.F("closes_at")),
            ),
            models.CheckConstraint(
                name="hotline_line_tries", condition=Q(most_tries__range=(1, 10))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class LineKind(models.Model):
    """A kind of call that a line takes, and how soon the caller must have an answer."""

    line = models.ForeignKey(Line, models.CASCADE, related_name="kinds")
    code = models.SlugField(max_length=20)
    name = models.CharField(max_length=30)
    name_en = models.CharField(max_length=40, blank=True)
    position = models.SmallIntegerField()
    limit_amount = models.DecimalField(max_digits=6, decimal_places=2)
    limit_unit = models.CharField(max_length=12, choices=[(u.value, u.value) for u in LimitUnit])
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("line", "code", name="hotline_kind_code"),
            models.CheckConstraint(
                name="hotline_kind_limit", condition=Q(limit_amount__gt=Decimal(0))
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        english = not (get_language() or "zh").startswith("zh")
        return self.name_en if english and self.name_en else self.name

    @property
    def limit(self) -> Limit:
        """How soon the caller must have an answer."""
        return Limit(self.limit_amount, LimitUnit(self.limit_unit))
