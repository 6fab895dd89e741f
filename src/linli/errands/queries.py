"""Reading errands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.errands import policy
from linli.errands.models import Errand, ErrandFile
from linli.errands.rules import OPEN, State
from linli.kernel.errors import NotFound
from linli.kernel.health import Figure
from linli.kernel.web import Page, page_after

if TYPE_CHECKING:
    from linli.staff.models import User


def errands_for(
    user: User, *, everybody: bool = False, cursor: str | None = None, size: int = 30
) -> Page:
    """Errands, newest first: one's own, or with `everybody` also others' of the kinds one
    administers. Two queries (the files with them)."""
    rows = Errand.objects.select_related("owner").prefetch_related("files")
    rows = rows.filter(policy.visible_to(user)) if everybody else rows.filter(owner_id=user.pk)
    return page_after(rows, keys=("id",), cursor=cursor, size=size)


def errand_for(user: User, errand_id: int) -> Errand:
    """One errand that the person may see, with its files. Two queries. Raises NotFound."""
    rows = Errand.objects.select_related("owner").prefetch_related("files")
    found = rows.filter(policy.visible_to(user), pk=errand_id).first()
    if found is None:
        raise NotFound(_("There is no such background job."))
    return found


def file_of(errand: Errand, role: str, *, now: datetime) -> ErrandFile:
    """A file of an errand. One query. Raises NotFound once it is dropped."""
    found = ErrandFile.objects.filter(errand=errand, role=role, kept_until__gt=now).first()
    if found is None:
        raise NotFound(_("The file has been dropped. Ask for it again."))
    return found


def open_count(user: User) -> int:
    """How many errands of the person wait or run. One query on a partial index."""
    return Errand.objects.filter(owner_id=user.pk, state__in=OPEN).count()


def figures() -> list[Figure]:
    """For `/metrics`. One query."""
    states = list(Errand.objects.filter(state__in=OPEN).values_list("state", flat=True))
    return [
        Figure(f"linli_errands_{state.value}", f"Background jobs that are {state.value}.",
               states.count(state.value))
        for state in (State.WAITING, State.RUNNING)
    ]  # fmt: skip
