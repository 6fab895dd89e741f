"""One row that says which version of the catalogue is in force, moved on by the database."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Func, Q, Value


class CatalogueState(models.Model):
    """The version of everything in this package; processes re-read when it has changed.

    Numbers come from a sequence: one that was rolled back never returns for other content.
    """

    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="catalogue_one_state")]


def counts_version() -> pgtrigger.Trigger:
    """Every statement that writes moves the version on, whoever writes."""
    return pgtrigger.Trigger(
        name="count_version",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func="""
            INSERT INTO catalogue_cataloguestate AS state (id, version)
            VALUES (1, nextval('catalogue_version'))
            ON CONFLICT (id) DO UPDATE SET version = excluded.version;
            RETURN NULL;
        """,
    )


def remembered() -> tuple[pghistory.Tracker, ...]:
    """The changes of a register row that are kept: all."""
    return (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())


def days_in_order(name: str) -> models.CheckConstraint:
    """`valid_to` is the first day without the row."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name=name
    )


def validity() -> Func:
    """The days on which a row holds, as a range the database can compare."""
    return Func(
        F("valid_from"),
        F("valid_to"),
        Value("[)"),
        function="daterange",
        output_field=DateRangeField(),
    )
