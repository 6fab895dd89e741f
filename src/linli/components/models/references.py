"""What eleven million components share, kept once: who cares for them, where they stand in words,
which inventory they come from. Small tables; a component holds their four-byte keys."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class Care(models.Model):
    """Who owns, answers for and maintains (权属、主管、养护单位): one row a combination.

    A name that is no unit here is kept as it was given, so that linking it later is one update.
    """

    id = models.AutoField(primary_key=True)
    owner = models.ForeignKey("staff.Unit", models.PROTECT, null=True, related_name="+")
    responsible = models.ForeignKey("staff.Unit", models.PROTECT, null=True, related_name="+")
    maintainer = models.ForeignKey("staff.Unit", models.PROTECT, null=True, related_name="+")
    owner_name = models.CharField(max_length=100, default="")
    responsible_name = models.CharField(max_length=100, default="")
    maintainer_name = models.CharField(max_length=100, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "owner",
                    "responsible",
                    "maintainer",
                    "owner_name",
                    "responsible_name",
                    "maintainer_name",
                ],
                name="components_care_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return " / ".join(
            str(unit or name or "–")
            for unit, name in (
                (self.owner, self.owner_name),
                (self.responsible, self.responsible_name),
                (self.maintainer, self.maintainer_name),
            )
        )


class Wording(models.Model):
    """Where something stands, in words: “人民路123号东侧”. Searched by pairs of letters."""

    id = models.AutoField(primary_key=True)
    district = models.IntegerField()  # its six digits: the same words mean another place elsewhere
    text = models.CharField(max_length=200)
    bigrams = ArrayField(models.CharField(max_length=8))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["district", "text"], name="components_wording_once")
        ]
        indexes = [GinIndex(fields=["bigrams"], name="components_wording_words")]

    def __str__(self) -> str:
        return self.text


class Source(models.Model):
    """数据来源: an inventory that is imported again and again, with what was agreed about it."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    mapping = models.JSONField(default=dict)  # field to heading, as last used
    crs = models.CharField(max_length=12, default="wgs84")

    def __str__(self) -> str:
        return self.name
