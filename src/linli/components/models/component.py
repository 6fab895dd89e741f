"""Components (部件) and what happened to them.

Laid out for the eleven million of a large city (measured in docs/benchmarks.md): the code itself is
the key, the place is in an ordinary index as one number, the class is read from the code, and what
is shared stands in small tables (docs/adr/0012). The large tables have no constraint that points at
another table: their imports check a million rows at once, and regions, cells and units are never
deleted.
"""

from __future__ import annotations

from typing import Any

from django.contrib.gis.db import models
from django.db.models import Q

from linli.components.models.references import Care, Source, Wording
from linli.components.models.triggers import counts_tallies
from linli.components.rules.codes import BEYOND, LEAST, Parts, parts_of, text_of
from linli.components.rules.states import Condition, State


def _points_at(model: Any, *, null: bool = False) -> Any:
    return models.ForeignKey(
        model, models.PROTECT, null=null, related_name="+", db_index=False, db_constraint=False
    )


class Component(models.Model):
    """A manhole cover, a lamp, a bin: a thing of the city with a code of its own."""

    code = models.BigIntegerField(primary_key=True)  # rules.codes: sixteen digits
    quad = models.BigIntegerField()  # rules.quads: the place as one number
    community = _points_at("territory.Region")
    grid = _points_at("territory.Grid", null=True)
    cell = _points_at("territory.Cell", null=True)
    care = _points_at(Care)
    wording = _points_at(Wording, null=True)
    source = _points_at(Source)
    entry = models.IntegerField(default=0)  # the import it came with; 0: by hand
    installed_on = models.DateField(null=True)
    changed_on = models.DateField(null=True)
    version = models.IntegerField(default=1)  # the number of its last event; the entry is 1
    state = models.SmallIntegerField(choices=State.choices, default=State.IN_USE)
    condition = models.SmallIntegerField(choices=Condition.choices, default=Condition.UNKNOWN)
    place = models.PointField(srid=4326, spatial_index=False)  # lon, lat
    name = models.CharField(max_length=60, default="")
    note = models.CharField(max_length=500, default="")
    # A line or an area, where it is one; `place` is a point of it.
    shape = models.GeometryField(srid=4326, null=True, spatial_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["quad"], name="components_by_quad"),
            models.Index(fields=["community", "code"], name="components_by_community"),
            models.Index(fields=["care", "code"], name="components_by_care"),
            models.Index(
                fields=["wording"], name="components_by_wording", condition=Q(wording__isnull=False)
            ),
            models.Index(
                fields=["state", "code"],
                name="components_not_in_use",
                condition=~Q(state=State.IN_USE),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__gte=LEAST, code__lt=BEYOND), name="components_code_digits"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="components_state_known"
            ),
        ]
        triggers = counts_tallies()

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The code in sixteen digits."""
        return text_of(self.code)

    @property
    def parts(self) -> Parts:
        """District, class and running number."""
        return parts_of(self.code)


class ComponentEvent(models.Model):
    """What changed in a component, when, and from which import, case or hand. Only ever added.

    `changes` is field to [before, after]. The entry itself (number 1) is told by the component.
    """

    class What(models.TextChoices):
        CHANGED = "changed"
        MOVED = "moved"
        STATE = "state"
        INSPECTED = "inspected"
        REMOVED = "removed"

    pk = models.CompositePrimaryKey("component_code", "number")
    component_code = models.BigIntegerField()
    number = models.IntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    case_id = models.BigIntegerField(null=True)
    entry = models.IntegerField(default=0)  # the import, 0: none
    what = models.CharField(max_length=10, choices=What.choices)
    changes = models.JSONField(default=dict)
    opinion = models.CharField(max_length=500, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["case_id"], name="components_event_case", condition=Q(case_id__isnull=False)
            )
        ]


class Tally(models.Model):
    """How many components of a kind lie in a map tile: a ledger, to be summed.

    Every statement that changes components adds its differences here (`models.triggers`), so that
    nobody waits for anybody's lock; `services.fold_tallies` sums up what has gathered.
    """

    level = models.SmallIntegerField()  # zoom of the tile: one of rules.tallies.LEVELS
    tile = models.BigIntegerField()  # its number at that zoom
    community_id = models.BigIntegerField()
    care_id = models.IntegerField()
    kind = models.SmallIntegerField()  # the four digits of the class
    state = models.SmallIntegerField()
    count = models.IntegerField()

    class Meta:
        indexes = [
            # all columns: the lines of a tile are read from the index alone
            models.Index(
                fields=["level", "tile"],
                include=["community_id", "care_id", "kind", "state", "count"],
                name="components_tally_lines",
            )
        ]
