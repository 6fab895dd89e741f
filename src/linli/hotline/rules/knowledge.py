"""What operators look up: articles to read out of, and short answers to put in."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

MOST_TITLE, MOST_BODY = 120, 8_000


class ArticleKind(TextChoices):
    """An article explains; a canned answer (惯用语) goes into the answer as it stands (R73)."""

    ARTICLE = "article", pgettext_lazy("knowledge", "Article")
    PHRASE = "phrase", pgettext_lazy("knowledge", "Canned answer")


def least_shared(pairs: int) -> int:
    """How many pairs of letters an article has to share with words that have `pairs` of them."""
    return 1 if pairs <= 2 else 2
