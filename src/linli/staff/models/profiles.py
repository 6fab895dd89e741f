"""What somebody chose to say of themselves for the profile of the staff (R44)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.staff.models.people import User


class Education(models.TextChoices):
    """Finished education, as Chinese statistics group it."""

    SCHOOL = "school", _("Secondary school or less")
    COLLEGE = "college", _("Junior college")
    BACHELOR = "bachelor", _("Bachelor")
    GRADUATE = "graduate", _("Master or doctor")


class AgeBand(models.TextChoices):
    """A band, never a date of birth."""

    UNDER_30 = "0-29", _("Under 30")
    UNDER_40 = "30-39", _("30 to 39")
    UNDER_50 = "40-49", _("40 to 49")
    FROM_50 = "50-", _("50 and over")


class SelfDescription(models.Model):
    """Two answers at most, given freely; shown to nobody, counted only in groups of five and more.
    The row goes when they are taken back."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    education = models.CharField(max_length=10, choices=Education.choices, blank=True)
    age_band = models.CharField(max_length=10, choices=AgeBand.choices, blank=True)
    said_on = models.DateField()
