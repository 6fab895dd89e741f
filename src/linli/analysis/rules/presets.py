"""Questions that everybody has, ready to be opened and changed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from linli.analysis.rules.query import Query
from linli.analysis.rules.words import Words

PRESETS: tuple[tuple[Words, Query], ...] = (
    (
        _("Cases by major class, this month and last"),
        Query(("reported",), "major", compare="before", chart="bar"),
    ),
    (
        _("Handled in time, by unit"),
        Query(("on_time_handling_rate", "should_handle", "on_time_handled"), "unit", chart="bar"),
    ),
    (
        _("Day of the week and hour of the day"),
        Query(("reported",), "weekday", "hour", period="last_30_days"),
    ),
    (
        _("Reported, filed and closed, day by day"),
        Query(("reported", "filed", "closed"), "time", period="last_30_days", chart="trend"),
    ),
    (
        _("Where they come from"),
        Query(("reported",), "channel", chart="pie"),
    ),
    (
        _("Streets on the map"),
        Query(("filed", "closing_rate"), "street", chart="map"),
    ),
    (
        _("Where it happens most"),
        Query(("reported",), "class", period="last_30_days", chart="heat"),
    ),
)
