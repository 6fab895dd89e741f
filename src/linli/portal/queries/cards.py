"""Contact cards of grids: who looks after it, how to reach them, how many were handed out (R40)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.kernel.qr import Qr, qr
from linli.portal.models import CardIssue
from linli.staff import queries as staff
from linli.territory import queries as territory
from linli.territory.models import Grid

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT = "staff.duties"


@dataclass(frozen=True)
class Card:
    """One grid's card, printed `copies` times."""

    grid: Grid
    copies: int
    worker: str
    unit: str
    phone: str
    link: str
    qr: Qr

    @property
    def each(self) -> range:
        """One turn a copy."""
        return range(self.copies)


def grids_for(user: User, *, on: date) -> QuerySet[Grid]:
    """The grids whose workers `user` appoints, by code."""
    seen = Q(pk__in=[])
    for seat in user.seats:
        if GRANT not in seat.grants:
            continue
        if seat.reach == "region" and seat.region_id is not None:
            seen |= Q(community_id__in=territory.tree().regions_under(seat.region_id))
        elif seat.reach == "grids":
            seen |= Q(pk__in=seat.grid_ids)
    return territory.present_grids(on=on).filter(seen)


def issued_for(user: User, *, on: date, words: str = "", most: int = 200) -> list[Grid]:
    """These grids with `issued`, how many cards they have had, and `last_at`. One query."""
    rows = grids_for(user, on=on)
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(name__icontains=word) | Q(code__istartswith=word) | Q(community__name__icontains=word)
        )
    own = CardIssue.objects.filter(grid=OuterRef("pk")).order_by().values("grid")
    return list(
        rows.annotate(
            issued=Subquery(own.annotate(n=Sum("copies")).values("n")),
            last_at=Subquery(own.annotate(at=Max("issued_at")).values("at")),
        )[:most]
    )


def cards_of(user: User, batch: uuid.UUID, *, now: datetime, root: str) -> list[Card]:
    """The cards of one printing; `root` is the address residents find us at. Five queries at most.

    Raises NotFound, also for a printing of others' grids.
    """
    on = timezone.localdate(now)
    rows = list(
        CardIssue.objects.filter(batch=batch, grid__in=grids_for(user, on=on))
        .select_related("grid__community")
        .order_by("grid__code")
    )
    if not rows:
        raise NotFound(_("There is no such printing of cards."), field="batch")
    first: dict[int, Any] = {}  # the post that looks after a grid
    for duty in staff.workers_of([row.grid_id for row in rows], now=now):
        first.setdefault(duty.grid_id, duty.post)  # primary workers come first
    found = []
    for row in rows:
        post = first.get(row.grid_id)
        link = f"{root}?grid={row.grid.code}"
        found.append(
            Card(
                grid=row.grid,
                copies=row.copies,
                worker=str(post.user) if post else "",
                unit=post.unit.label if post else "",
                phone=str(settings.PUBLIC_PHONE),
                link=link,
                qr=qr(link),
            )
        )
    return found
