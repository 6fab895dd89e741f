"""The words the territory is described with."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Tier(TextChoices):
    """Tiers of 行政区划, highest first."""

    PROVINCE = "province", pgettext_lazy("tier", "Province")
    CITY = "city", pgettext_lazy("tier", "City")
    DISTRICT = "district", pgettext_lazy("tier", "District")
    STREET = "street", pgettext_lazy("tier", "Street")
    COMMUNITY = "community", pgettext_lazy("tier", "Community")
    GROUP = "group", pgettext_lazy("tier", "Group")


class Layer(TextChoices):
    """Layers of grids that may lie over one point (R35)."""

    RESPONSIBILITY = "responsibility", _("Responsibility grid")
    SPECIAL = "special", _("Special grid")
    MICRO = "micro", _("Micro grid")


class GridKind(TextChoices):
    """What a grid is made of (R32)."""

    LANE = "lane", _("Streets and lanes")
    COURTYARD = "courtyard", _("Courtyards")
    COMPOUND = "compound", _("Housing estate")
    UNIT = "unit", _("Work unit")
    COMMERCIAL = "commercial", _("Shops and offices")
    MIXED = "mixed", _("Mixed use")
    FRINGE = "fringe", _("Urban fringe")
    RURAL = "rural", _("Rural settlement")
    GROUP = "group", _("Villagers' group")


RURAL_KINDS = frozenset({GridKind.RURAL.value, GridKind.GROUP.value})


class Grade(TextChoices):
    """管理等级 of a cell: chooses the column of limits (standards §3.4)."""

    A = "A", _("Grade A (core area)")
    B = "B", _("Grade B (ordinary area)")
    C = "C", _("Grade C (outer area)")


class RoadKind(TextChoices):
    """Roads by how early a map draws them."""

    MOTORWAY = "motorway", _("Motorway")
    TRUNK = "trunk", _("Trunk road")
    PRIMARY = "primary", _("Main road")
    SECONDARY = "secondary", _("Secondary road")
    RESIDENTIAL = "residential", pgettext_lazy("road", "Street")
    SERVICE = "service", _("Access road")
    PATH = "path", _("Path")
    RAIL = "rail", _("Railway")


class SurfaceKind(TextChoices):
    """Areas of the base map."""

    WATER = "water", _("Water")
    GREEN = "green", _("Green space")
    SQUARE = "square", _("Square")
    RESIDENTIAL = "residential", _("Residential area")
    COMMERCIAL = "commercial", _("Commercial area")
    INDUSTRIAL = "industrial", _("Industrial area")
    INSTITUTION = "institution", _("Institution")
    OTHER = "other", _("Other area")
