"""The registers as administrators' pages list them: whole, ended rows included."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from linli.catalogue.models import (
    CalendarDay,
    CaseClass,
    Edition,
    FilingCondition,
    Responsibility,
    StageLimit,
    WorkingHours,
)
from linli.kernel.errors import NotFound

REGISTERS: Final[dict[str, type[models.Model]]] = {
    "editions": Edition,
    "classes": CaseClass,
    "conditions": FilingCondition,
    "stage-limits": StageLimit,
    "responsibility": Responsibility,
    "days": CalendarDay,
    "hours": WorkingHours,
}


def row_of(register: str, row_id: int) -> models.Model:
    """A row of a register by its name in `REGISTERS`, for its history. One query. NotFound."""
    model = REGISTERS.get(register)
    row = model._default_manager.filter(pk=row_id).first() if model else None
    if row is None:
        raise NotFound(_("There is no such entry in the catalogue."))
    return row


def editions() -> QuerySet[Edition]:
    """All editions, newest first. One query when iterated."""
    return Edition.objects.order_by("-valid_from", "-pk")


def classes_of(edition_id: int) -> QuerySet[CaseClass]:
    """All classes of an edition, retired ones too, by kind and code. One query when iterated."""
    return CaseClass.objects.filter(edition_id=edition_id).order_by("kind", "code")


def conditions_of(class_id: int) -> QuerySet[FilingCondition]:
    """All conditions of a class, ended ones too, by number and first day. One query."""
    return FilingCondition.objects.filter(case_class_id=class_id).order_by("number", "valid_from")


def stage_limits() -> QuerySet[StageLimit]:
    """All desk times, ended ones too, by stage, urgency and first day. One query."""
    return StageLimit.objects.order_by("stage", "urgency", "valid_from")


def days_of(year: int) -> QuerySet[CalendarDay]:
    """The days entered for a year, in order. One query when iterated."""
    return CalendarDay.objects.filter(on__year=year).order_by("on")


def day_of(on: date) -> CalendarDay | None:
    """The entry of a day, if it has one. One query."""
    return CalendarDay.objects.filter(on=on).first()


def hours() -> QuerySet[WorkingHours]:
    """The working hours, newest first. One query when iterated."""
    return WorkingHours.objects.order_by("-valid_from")
