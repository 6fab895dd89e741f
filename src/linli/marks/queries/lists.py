"""Marks as rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.marks.models import Mark
from linli.marks.policy import visible_to

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_AT_ONCE = 10


def marks_for(
    user: User, *, on: date | None = None, words: str = "", kind: str = "", audience: str = ""
) -> QuerySet[Mark]:
    """The marks `user` may see, newest first, with maker and unit; of a day if one is given."""
    rows = Mark.objects.filter(visible_to(user)).select_related("made_by", "unit")
    if on is not None:
        rows = rows.filter(holds_on(on))
    for word in words.split()[:5]:
        rows = rows.filter(Q(text__icontains=word) | Q(note__icontains=word))
    if kind:
        rows = rows.filter(kind=kind)
    if audience:
        rows = rows.filter(audience=audience)
    return rows.order_by("-id")


def holds_on(day: date) -> Q:
    """The marks that show on a day."""
    return Q(valid_from__lte=day) & (Q(last_on__isnull=True) | Q(last_on__gte=day))


def mark_for(user: User, mark_id: int, *, lock: bool = False) -> Mark:
    """One mark. One query. Raises NotFound, also for the mark of others."""
    rows = marks_for(user)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=mark_id).first()
    if found is None:
        raise NotFound(_("There is no such mark, or you may not see it."))
    return found


def marks_by_ids(user: User, ids: Iterable[int]) -> list[Mark]:
    """Those of the marks that `user` may see, ten at most, newest first. One query."""
    return list(marks_for(user).filter(pk__in=list(ids)[:MOST_AT_ONCE]))
