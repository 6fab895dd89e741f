"""The picture that a grid worker lets the public board show."""

from __future__ import annotations

from django.db import models

from linli.staff.models.people import User


class Portrait(models.Model):
    """A small picture its owner put up and agreed to show; the row goes when they take it back."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="portrait")
    key = models.CharField(max_length=120)
    agreed_at = models.DateTimeField()
