"""Units: centres, departments, streets, communities, utilities, contractors, as one tree."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

_REHUNG = pgtrigger.UpdateOf("parent_id", "path")  # type: ignore[no-untyped-call]  # pgtrigger has no types


class UnitKind(models.TextChoices):
    CENTRE = "centre", _("Centre")
    DEPARTMENT = "department", _("Department")
    STREET = "street", _("Street office")
    COMMUNITY = "community", _("Community committee")
    UTILITY = "utility", _("Utility company")
    CONTRACTOR = "contractor", _("Contractor")
    OTHER = "other", _("Other")


class Unit(models.Model):
    """An organisation or a part of one. A centre has its tier through its region (R1, R2).

    `path` is kept by the database: the ids from the root to this unit, “/1/5/9/”.
    """

    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    region = models.ForeignKey(
        "territory.Region", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    code = models.CharField(_("code"), max_length=40, unique=True)
    #: The switchboard, shown to residents; of the unit, never of a person (P14).
    public_phone = models.CharField(
        _("public telephone"), max_length=30, blank=True, default="", db_default=""
    )
    is_active = models.BooleanField(_("active"), default=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    path = models.TextField(default="", editable=False)

    class Meta:
        verbose_name = _("unit")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gt=models.F("valid_from")),
                name="staff_unit_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["path"], name="staff_unit_path", opclasses=["text_pattern_ops"])
        ]
        triggers = [
            pgtrigger.Trigger(
                name="unit_path",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | _REHUNG,
                declare=[("above", "text")],
                func="""
                    above := '/';
                    IF NEW.parent_id IS NOT NULL THEN
                        SELECT path INTO above FROM staff_unit WHERE id = NEW.parent_id;
                        IF position('/' || NEW.id || '/' IN coalesce(above, '/' || NEW.id || '/'))
                                > 0 THEN
                            RAISE EXCEPTION 'unit % cannot lie below itself', NEW.id
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'staff_unit_tree';
                        END IF;
                    END IF;
                    NEW.path := above || NEW.id || '/';
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="unit_moved",
                when=pgtrigger.After,
                operation=_REHUNG,
                condition=pgtrigger.Condition("OLD.path IS DISTINCT FROM NEW.path"),
                func="""
                    UPDATE staff_unit SET path = '' WHERE parent_id = NEW.id;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="unit_changed",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    INSERT INTO staff_staffstate (id, stamp) VALUES (1, gen_random_uuid())
                        ON CONFLICT (id) DO UPDATE SET stamp = gen_random_uuid();
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language, where there is one."""
        if self.name_en and (get_language() or "").startswith("en"):
            return self.name_en
        return self.name


class StaffState(models.Model):
    """One row whose stamp the database changes with every change to a unit.

    A random stamp, not a counter: a rolled-back change can never look like a later one.
    """

    stamp = models.UUIDField(default=uuid.uuid4)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="staff_one_state")]
