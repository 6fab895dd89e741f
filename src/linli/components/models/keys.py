"""Numbers of other registers: inventories that have no codes of sixteen digits yet."""

from __future__ import annotations

from django.db import models

from linli.components.models.references import Source


class SourceKey(models.Model):
    """The code that was given to what an inventory calls `key`, so that it comes back as itself."""

    pk = models.CompositePrimaryKey("source", "key")
    source = models.ForeignKey(Source, models.PROTECT, related_name="keys")
    key = models.CharField(max_length=60)
    code = models.BigIntegerField()
