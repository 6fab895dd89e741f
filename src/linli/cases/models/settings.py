from __future__ import annotations

from django.db import models
from django.db.models import Q


class CaseSettings(models.Model):
    """The numbers a city sets for its cases; one row, changed on a page, with history."""

    similar_radius_m = models.IntegerField(default=50)
    similar_hours = models.IntegerField(default=24)
    rating_days = models.IntegerField(default=7)  # the rating window (R80)
    reopen_days = models.IntegerField(default=30)  # how long a resident may dispute
    suspension_days = models.IntegerField(default=365)  # at most, once
    check_distance_m = models.IntegerField(default=100)  # on-site check: farther is remarked
    contact_days = models.IntegerField(
        default=180
    )  # who reported is erased after the end (PIPL 19)

    class Meta:
        constraints = [
            models.CheckConstraint(name="case_settings_one", condition=Q(pk=1)),
            models.CheckConstraint(
                name="case_settings_positive",
                condition=Q(
                    similar_radius_m__range=(1, 1000),
                    similar_hours__range=(1, 8760),
                    rating_days__range=(1, 90),
                    reopen_days__range=(1, 365),
                    suspension_days__range=(1, 365),
                    check_distance_m__range=(10, 5000),
                    contact_days__range=(30, 1095),
                ),
            ),
        ]
