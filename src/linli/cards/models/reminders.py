"""Which steps of a clock have been told, and who wishes to hear by e-mail too."""

from __future__ import annotations

from django.db import models


class Reminder(models.Model):
    """A step of the clock of a stage that is done with: once a case, stage, step and due time.

    An extension moves the due time: the steps of the new one are told anew.
    """

    pk = models.CompositePrimaryKey("case_id", "stage", "step", "due_at")
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    stage = models.CharField(max_length=10)
    step = models.CharField(max_length=7)
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    told = models.SmallIntegerField()  # people


class Wish(models.Model):
    """Somebody of the staff wishes to be reminded by e-mail, beside the notice on screen."""

    user = models.OneToOneField("staff.User", models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()
