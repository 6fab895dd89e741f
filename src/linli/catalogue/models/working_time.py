"""The working calendar as administrators keep it."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.catalogue.models.state import counts_version, remembered


@pghistory.track(*remembered())
class CalendarDay(models.Model):
    """A day that differs from the weekly pattern, or is named: a holiday, a make-up Saturday.

    `provisional` days are expected, not yet published; they do not make their year known.
    """

    on = models.DateField(_("date"), unique=True)
    is_workday = models.BooleanField(_("working day"))
    name = models.CharField(_("name"), max_length=60, blank=True)
    source = models.TextField(_("source"), blank=True)
    provisional = models.BooleanField(_("not yet published"), default=False)

    class Meta:
        triggers = [counts_version()]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


@pghistory.track(*remembered())
class WorkingHours(models.Model):
    """The slots of a working day from a date on: `[["08:00", "12:00"], ["14:00", "18:00"]]`."""

    valid_from = models.DateField(_("valid from"), unique=True)
    slots = models.JSONField(_("slots"))
    source = models.TextField(_("source"), blank=True)

    class Meta:
        verbose_name_plural = _("working hours")
        triggers = [counts_version()]

    def __str__(self) -> str:
        return str(self.valid_from)
