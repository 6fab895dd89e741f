"""The knowledge base: found by Chinese words, cut to class, region and day."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, F, Func, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from linli.hotline.models import Article
from linli.hotline.rules import ArticleKind, least_shared
from linli.kernel.errors import NotFound
from linli.kernel.text import bigrams
from linli.territory import queries as territory

MOST_FOUND = 6
MOST_PHRASES = 40
_MOST_PAIRS = 120  # of what was typed; more say no more


def _shared(pairs: list[str]) -> Func:
    """How many of `pairs` an article holds."""
    return Func(
        F("words"),
        Value(pairs, output_field=Article._meta.get_field("words")),
        template="cardinality(ARRAY(SELECT unnest(%(expressions)s)))",
        arg_joiner=") INTERSECT SELECT unnest(",
        output_field=IntegerField(),
    )


def in_force(on: date) -> Q:
    """Which articles hold on a day."""
    return Q(valid_from__lte=on) & (Q(last_on__isnull=True) | Q(last_on__gte=on))


def found_for(
    words: str,
    *,
    on: date,
    class_code: str = "",
    region_id: int | None = None,
    most: int = MOST_FOUND,
) -> list[Article]:
    """The articles that fit what somebody asks, best first: by shared pairs of letters, then those
    of its class. Those of other regions are left out where the region is known. One query.
    """
    pairs = bigrams(words[:400])[:_MOST_PAIRS]
    if not pairs and not class_code:
        return []
    rows = Article.objects.filter(in_force(on), kind=ArticleKind.ARTICLE)
    if region_id is not None:
        above = territory.tree().ancestors_of(region_id)
        rows = rows.filter(Q(region__isnull=True) | Q(region_id__in=above))
    codes = [class_code[:n] for n in range(1, len(class_code) + 1)]
    of_class = Q(class_code__in=codes) if codes else Q(pk__in=[])
    rows = rows.annotate(
        shared=_shared(pairs),
        fits=Case(When(of_class, then=Value(1)), default=Value(0), output_field=IntegerField()),
    )
    by_words = Q(words__overlap=pairs, shared__gte=least_shared(len(pairs)))
    rows = rows.filter((by_words | of_class) if pairs else of_class)
    rows = rows.select_related("region").order_by("-fits", "-shared", "pk")
    return list(rows[:most])


def phrases(*, on: date) -> list[Article]:
    """The canned answers that hold, by title. One query."""
    rows = Article.objects.filter(in_force(on), kind=ArticleKind.PHRASE)
    return list(rows.order_by("title", "pk")[:MOST_PHRASES])


def articles(*, words: str = "", kind: str = "", on: date | None = None) -> QuerySet[Article]:
    """The list, newest change first. `on`: only what holds on that day. One query."""
    rows = Article.objects.select_related("region", "changed_by")
    if pairs := bigrams(words[:100]):
        rows = rows.filter(words__contains=pairs)
    if kind:
        rows = rows.filter(kind=kind)
    if on is not None:
        rows = rows.filter(in_force(on))
    return rows.order_by("-changed_at", "-pk")


def article_for(article_id: int, *, lock: bool = False) -> Article:
    """One article. One query. Raises NotFound."""
    rows = Article.objects.select_related("region", "changed_by")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=article_id).first()
    if found is None:
        raise NotFound(_("There is no such article."))
    return found
