"""Imports of inventories: what was asked, how far it came, what it found wrong."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from linli.components.models.references import Source


class Import(models.Model):
    """One file on its way into the register.

    `chosen` (uploaded on a page; its columns are not agreed yet, and nothing waits for it),
    `reading` (rows are checked into a staging table, batch by batch), `checked` (the differences
    are counted and wait for approval), `applying` (by ranges of codes), `applied`; or `dropped`.
    `position` and `applied_to` say where to go on after an interruption.
    """

    class Stage(models.TextChoices):
        CHOSEN = "chosen", _("uploaded, columns not agreed")
        READING = "reading", _("being read")
        CHECKED = "checked", _("waiting for approval")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        DROPPED = "dropped", _("dropped")

    id = models.AutoField(primary_key=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    file_key = models.CharField(
        max_length=120, default="", db_default=""
    )  # of an upload, while it is needed
    preview = models.JSONField(default=dict, db_default={})  # the first rows of an upload
    fingerprint = models.CharField(max_length=64, default="")  # of the file and what was asked
    mapping = models.JSONField(default=dict)
    crs = models.CharField(max_length=12)
    census = models.BooleanField(default=False)  # what is not in the file is gone
    region = models.ForeignKey("territory.Region", models.PROTECT, null=True, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.READING)
    position = models.BigIntegerField(default=0)  # byte or row where reading goes on
    size = models.BigIntegerField(default=0)  # what `position` is at the end
    applied_to = models.BigIntegerField(default=0)  # the code up to which it is applied
    rows = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    without_cell = models.IntegerField(default=0)
    added = models.IntegerField(default=0)
    moved = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    same = models.IntegerField(default=0)
    gone = models.IntegerField(default=0)
    boundaries = models.BigIntegerField(default=0, db_default=0)  # its rows were located by
    errand = models.ForeignKey("errands.Errand", models.SET_NULL, null=True, related_name="+")
    actor = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    began_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["fingerprint"], name="components_import_file")]

    @property
    def is_open(self) -> bool:
        """Whether it can still change anything."""
        return self.stage in (self.Stage.READING, self.Stage.CHECKED, self.Stage.APPLYING)


class ImportFault(models.Model):
    """A row that was left out: its number in the file, its key, the field, and what to do."""

    pk = models.CompositePrimaryKey("job", "row")
    job = models.ForeignKey(Import, models.CASCADE, related_name="faults", db_column="import_id")
    row = models.IntegerField()
    key = models.CharField(max_length=60)
    field = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
