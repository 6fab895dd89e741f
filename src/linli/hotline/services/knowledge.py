"""Articles and canned answers: added, changed, ended; the database keeps every version."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.catalogue import queries as catalogue
from linli.hotline import policy
from linli.hotline.models import Article
from linli.hotline.queries.knowledge import article_for
from linli.hotline.rules import ArticleKind
from linli.hotline.rules.knowledge import MOST_BODY, MOST_TITLE
from linli.kernel.errors import BadInput, Stale
from linli.kernel.text import bigrams, clean
from linli.staff.policy import require
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User


def add_article(*, actor: User, now: datetime, **values: Any) -> Article:
    """A new article or canned answer; `values` as `change_article` takes them.

    Raises NotYours, BadInput.
    """
    require(actor, policy.GRANT_EDIT)
    with pghistory.context(verb="hotline.add_article", actor=actor.pk), transaction.atomic():
        made = Article.objects.create(**_values(**values), changed_at=now, changed_by=actor)
        _remember(actor, made, now)
    return made


def change_article(
    *, actor: User, article_id: int, version: int, now: datetime, **values: Any
) -> Article:
    """Change an article that was read at `version`.

    `values`: kind, title, body, class_code (a code or its beginning), region_id, valid_from,
    last_on (the last day). Raises NotYours, NotFound, BadInput, Stale.
    """
    require(actor, policy.GRANT_EDIT)
    with pghistory.context(verb="hotline.change_article", actor=actor.pk), transaction.atomic():
        found = article_for(article_id, lock=True)
        if found.version != version:
            raise Stale(_("Somebody changed this article in the meantime. Look at it again."))
        for name, value in _values(**values).items():
            setattr(found, name, value)
        found.version, found.changed_at, found.changed_by = version + 1, now, actor
        found.save()
        _remember(actor, found, now)
    return found


def _values(
    *,
    kind: str,
    title: str,
    body: str,
    valid_from: date,
    class_code: str = "",
    region_id: int | None = None,
    last_on: date | None = None,
) -> dict[str, Any]:
    if kind not in ArticleKind.values:
        raise BadInput(_("Choose an article or a canned answer."), field="kind")
    if class_code and not catalogue.class_ids([class_code]):
        raise BadInput(
            _("No class has the code “%(code)s” or begins with it. Choose one from the list.")
            % {"code": class_code[:5]},
            field="class_code",
        )
    if region_id is not None:
        territory.tree().region(region_id)
    if last_on is not None and last_on < valid_from:
        raise BadInput(_("The last day lies before the first."), field="last_on")
    title = clean(title, field="title", most=MOST_TITLE, least=1)
    body = clean(body, field="body", most=MOST_BODY, least=1)
    return {
        "kind": kind,
        "title": title,
        "body": body,
        "class_code": class_code,
        "region_id": region_id,
        "valid_from": valid_from,
        "last_on": last_on,
        "words": bigrams(f"{title} {body}"),
    }


def _remember(actor: User, article: Article, now: datetime) -> None:
    record(
        actor=actor,
        action="hotline.article_changed",
        object_type="article",
        object_id=article.pk,
        now=now,
        detail={"version": article.version},
    )
