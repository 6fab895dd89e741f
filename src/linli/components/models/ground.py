"""By which boundaries the components were located, so that a changed one is followed cheaply."""

from __future__ import annotations

from django.db import models


class GroundState(models.Model):
    """One row: the version of the boundaries, and the day, that all components are located by."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    boundaries = models.BigIntegerField(default=0)
    day = models.DateField(null=True)


class Ground(models.Model):
    """A community as it lay when its components were located last: its own outline and those of its
    cells and responsibility grids, in one fingerprint ("" asks for locating anew), and how far they
    reach in degrees."""

    community_id = models.BigIntegerField(primary_key=True)
    fingerprint = models.CharField(max_length=32, default="")
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
