"""Regions, grids and cells: who they are, and how they lay at which time (docs/adr/0005).

An identity row (`Region`, `Grid`, `Cell`) lives as long as its code means something; its version
rows say where it lay during which days. Outlines are WGS84, lon before lat.
"""

from __future__ import annotations

import pghistory
from django.contrib.gis.db import models
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from linli.territory.models.triggers import counts_boundaries, keeps_path, passes_path_on
from linli.territory.rules.coordinates import CRS
from linli.territory.rules.kinds import Grade, GridKind, Layer, Tier

WGS84 = 4326


def crs_choices() -> list[tuple[str, str]]:
    """The reference systems that coordinates may arrive in."""
    return [(crs.value, crs.value) for crs in CRS]


def _one_version_a_day(owner: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=f"territory_{owner}version_once",
        expressions=[(owner, RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
        violation_error_message=_("There is another outline for some of these days."),
    )


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Region(models.Model):
    """行政区划: a node of the tree of divisions (design §2)."""

    code = models.CharField(_("code"), max_length=12)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    tier = models.CharField(_("tier"), max_length=10, choices=Tier.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = models.TextField(editable=False, default="")  # "/1/5/", kept by a trigger
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)  # the first day without it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(valid_to__isnull=True), name="territory_region_code"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="territory_region_days",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{12}$"), name="territory_region_digits"
            ),
        ]
        indexes = [
            models.Index(fields=["code"], name="territory_region_any_code"),
            models.Index(fields=["path"], opclasses=["text_pattern_ops"], name="territory_path"),
        ]
        triggers = [keeps_path(), passes_path_on(), counts_boundaries()]

    def __str__(self) -> str:
        return self.name


class RegionVersion(models.Model):
    """Where a region lay, and where its centre was (R106)."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="versions")
    outline = models.MultiPolygonField(srid=WGS84, null=True, blank=True)
    centre_place = models.PointField(srid=WGS84, null=True, blank=True)
    during = DateRangeField()
    crs_source = models.CharField(max_length=5, choices=crs_choices(), default=CRS.WGS84.value)

    class Meta:
        constraints = [_one_version_a_day("region")]
        triggers = [counts_boundaries()]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Grid(models.Model):
    """责任网格 and its kin: the ground of one primary worker (R30 to R38)."""

    code = models.CharField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=100)
    community = models.ForeignKey(Region, models.PROTECT, related_name="grids")
    layer = models.CharField(
        _("layer"), max_length=15, choices=Layer.choices, default=Layer.RESPONSIBILITY
    )
    kind = models.CharField(_("kind"), max_length=15, choices=GridKind.choices, blank=True)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="territory_grid_days",
            )
        ]
        triggers = [counts_boundaries()]

    def __str__(self) -> str:
        return self.name


class GridVersion(models.Model):
    """Where a grid lay."""

    grid = models.ForeignKey(Grid, models.CASCADE, related_name="versions")
    outline = models.MultiPolygonField(srid=WGS84)
    during = DateRangeField()
    crs_source = models.CharField(max_length=5, choices=crs_choices(), default=CRS.WGS84.value)

    class Meta:
        constraints = [_one_version_a_day("grid")]
        triggers = [counts_boundaries()]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Cell(models.Model):
    """单元网格: about 10,000 m² with a 15-digit code (standards §3.1, R33)."""

    code = models.CharField(_("code"), max_length=15, unique=True)
    community = models.ForeignKey(Region, models.PROTECT, related_name="cells")
    land_use = models.CharField(_("land use"), max_length=40, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="territory_cell_days",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{15}$"), name="territory_cell_digits"
            ),
        ]
        triggers = [counts_boundaries()]

    def __str__(self) -> str:
        return self.code


class CellVersion(models.Model):
    """Where a cell lay, its grade, and the one responsibility grid it belonged to."""

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="versions")
    grid = models.ForeignKey(Grid, models.PROTECT, null=True, blank=True, related_name="cells")
    grade = models.CharField(_("grade"), max_length=1, choices=Grade.choices, default=Grade.B)
    area_m2 = models.FloatField(_("area in m²"))
    outline = models.MultiPolygonField(srid=WGS84)
    during = DateRangeField()
    crs_source = models.CharField(max_length=5, choices=crs_choices(), default=CRS.WGS84.value)

    class Meta:
        constraints = [_one_version_a_day("cell")]
        triggers = [counts_boundaries()]


class TerritoryState(models.Model):
    """One row: the counters that tell a cached copy from the present (see `models.triggers`)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=0)  # anything here has changed: tiles
    boundaries = models.BigIntegerField(default=0)  # regions, grids, cells: `locate` and the tree

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="territory_state_one_row")]
