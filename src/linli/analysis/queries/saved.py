"""Saved questions, as their reader may open them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from linli.analysis import policy
from linli.analysis.models import Posting, Rhythm, SavedQuery
from linli.analysis.rules.query import Query
from linli.kernel.errors import BadInput, NotFound

if TYPE_CHECKING:
    from linli.staff.models import User

RHYTHMS = Rhythm.choices


def saved_for(user: User) -> QuerySet[SavedQuery]:
    """One's own and those shared with `user`, by name. One query."""
    rows = SavedQuery.objects.filter(policy.visible_to(user)).select_related("owner")
    return rows.order_by("name", "pk")


def saved_by_id(user: User, saved_id: int) -> SavedQuery:
    """Raises NotFound, also for one that `user` may not see."""
    found = saved_for(user).filter(pk=saved_id).first()
    if found is None:
        raise NotFound(_("There is no such saved question, or it is no longer shared with you."))
    return found


def postings_of(user: User) -> dict[int, Posting]:
    """Which saved questions are sent to `user`, by the question. One query."""
    return {one.saved_id: one for one in Posting.objects.filter(user_id=user.pk)}


def query_of(saved: SavedQuery) -> Query:
    """The question. Raises BadInput where it is no longer one."""
    try:
        return Query.parse({name: str(text) for name, text in QueryDict(saved.text).items()})
    except BadInput as reason:
        raise BadInput(
            _("“%(name)s” cannot be asked any more: %(reason)s")
            % {"name": saved.name, "reason": reason},
            field=reason.field,
        ) from None
