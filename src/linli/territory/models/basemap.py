"""What the base map and the geocoder stand on: roads, buildings, surfaces, names, addresses."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.territory.models.boundaries import WGS84, Region, crs_choices
from linli.territory.models.triggers import counts_map
from linli.territory.rules.coordinates import CRS
from linli.territory.rules.kinds import RoadKind, SurfaceKind


class Sourced(models.Model):
    """A thing on the map: the platform's key of it in its source, and how it was measured."""

    source_key = models.CharField(max_length=60, blank=True)  # makes a second import an update
    crs_source = models.CharField(max_length=5, choices=crs_choices(), default=CRS.WGS84.value)

    class Meta:
        abstract = True


def _once(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["source_key"], condition=~models.Q(source_key=""), name=f"territory_{name}_source"
    )


def _words(name: str) -> GinIndex:
    return GinIndex(fields=["bigrams"], name=f"territory_{name}_words")


def _bigrams() -> ArrayField[list[str], list[str]]:
    return ArrayField(models.TextField(), default=list, editable=False)


class Road(Sourced):
    name = models.CharField(_("name"), max_length=100, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=RoadKind.choices)
    route = models.MultiLineStringField(srid=WGS84)
    bigrams = _bigrams()

    class Meta:
        constraints = [_once("road")]
        indexes = [_words("road")]
        triggers = [counts_map()]


class Building(Sourced):
    name = models.CharField(_("name"), max_length=100, blank=True)
    number = models.CharField(pgettext_lazy("address", "number"), max_length=30, blank=True)
    floors = models.PositiveSmallIntegerField(_("floors"), null=True, blank=True)
    height_m = models.FloatField(_("height in m"), null=True, blank=True)
    outline = models.MultiPolygonField(srid=WGS84)
    address = models.TextField(_("address"), blank=True)
    bigrams = _bigrams()

    class Meta:
        constraints = [_once("building")]
        indexes = [_words("building")]
        triggers = [counts_map()]


class Surface(Sourced):
    kind = models.CharField(_("kind"), max_length=15, choices=SurfaceKind.choices)
    name = models.CharField(_("name"), max_length=100, blank=True)
    outline = models.MultiPolygonField(srid=WGS84)

    class Meta:
        constraints = [_once("surface")]
        triggers = [counts_map()]


class PlaceName(Sourced):
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=30)
    place = models.PointField(srid=WGS84)
    bigrams = _bigrams()

    class Meta:
        constraints = [_once("placename")]
        indexes = [_words("placename")]
        triggers = [counts_map()]


class Address(Sourced):
    """A door the platform knows: street, number, compound, building, unit, room (design §2)."""

    text = models.TextField(_("address"))
    street_name = models.CharField(pgettext_lazy("address", "street"), max_length=100, blank=True)
    number = models.CharField(pgettext_lazy("address", "number"), max_length=30, blank=True)
    compound = models.CharField(pgettext_lazy("address", "compound"), max_length=100, blank=True)
    building = models.CharField(pgettext_lazy("address", "building"), max_length=30, blank=True)
    unit = models.CharField(pgettext_lazy("address", "unit"), max_length=30, blank=True)
    room = models.CharField(pgettext_lazy("address", "room"), max_length=30, blank=True)
    place = models.PointField(srid=WGS84)
    community = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    bigrams = _bigrams()

    class Meta:
        constraints = [_once("address")]
        indexes = [_words("address")]
