"""The knowledge base: each article with its days, its places and its whole history."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy as _

from linli.hotline.rules import ArticleKind


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), exclude=["words", "changed_at", "changed_by"]
)
class Article(models.Model):
    """What operators say, on the days and in the region it holds for; `last_on` is the last day.

    `class_code` is a class or the beginning of its code; empty: any. `words` is the index of pairs
    of letters of title and body. `version` grows with every change.
    """

    kind = models.CharField(_("article", "kind"), max_length=8, choices=ArticleKind.choices)
    title = models.CharField(_("article", "title"), max_length=120)
    body = models.TextField(_("article", "text"))
    class_code = models.CharField(_("article", "class"), max_length=5, blank=True)
    region = models.ForeignKey(
        "territory.Region",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("article", "region"),
    )
    valid_from = models.DateField(_("article", "valid from"))
    last_on = models.DateField(_("article", "last day"), null=True)
    words = ArrayField(models.CharField(max_length=8))
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("staff.User", models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [GinIndex(fields=["words"], name="hotline_article_words")]
        constraints = [
            models.CheckConstraint(
                name="hotline_article_days",
                condition=Q(last_on__isnull=True) | Q(last_on__gte=F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return self.title
