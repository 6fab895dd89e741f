"""What may be marked on the map, and for whom (R105: 标注区、街道、社区、小区、楼栋)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MarkKind(TextChoices):
    """What a mark is about: the five of R105, and what a grid worker meets besides."""

    DISTRICT = "district", pgettext_lazy("mark", "District")
    STREET = "street", pgettext_lazy("mark", "Street or town")
    COMMUNITY = "community", pgettext_lazy("mark", "Community")
    COMPOUND = "compound", pgettext_lazy("mark", "Compound")
    BUILDING = "building", pgettext_lazy("mark", "Building")
    HAZARD = "hazard", pgettext_lazy("mark", "Hazard")
    WORKS = "works", pgettext_lazy("mark", "Works or closure")
    PLACE = "place", pgettext_lazy("mark", "Meeting point or facility")
    OTHER = "other", pgettext_lazy("mark", "Something else")


class Audience(TextChoices):
    """Whose map shows it: the layers of marks."""

    OWN = "own", _("only me")
    UNIT = "unit", _("my unit and those above it")
    ALL = "all", _("all staff")
