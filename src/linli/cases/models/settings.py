from __future__ import annotations

from django.db import models
from django.db.models import Q


class CaseSettings(models.Model):
    """The numbers a city sets for its cases; one row, changed on a page, with history."""

    similar_radius_m = models.IntegerField(default=50)
    similar_hours = models.IntegerField(default=24)
    rating_days = models.IntegerField(default=7)  # the rating window (R80)
    reopen_days = models.IntegerField(default=30)  # how long a resident may dispute
    # More time (延期): how often, and how much of the original limit at once; beyond what one
    # consent is enough for, the tier above has to consent too (rules.consents, ADR 0031).
    extensions_most = models.IntegerField(default=2)
    extensions_alone = models.IntegerField(default=1)
    extension_percent_most = models.IntegerField(default=100)
    extension_percent_alone = models.IntegerField(default=50)
    suspension_days = models.IntegerField(default=365)  # at most, once
    suspension_days_alone = models.IntegerField(default=30)
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
                    extensions_most__range=(1, 2),
                    extensions_alone__range=(0, 2),
                    extension_percent_most__range=(10, 100),
                    extension_percent_alone__range=(0, 100),
                    suspension_days__range=(1, 365),
                    suspension_days_alone__range=(0, 365),
                    check_distance_m__range=(10, 5000),
                    contact_days__range=(30, 1095),
                ),
            ),
        ]
