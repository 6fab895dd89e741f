"""What the residents' face writes of its own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput, NotYours
from linli.portal.models import CardIssue
from linli.portal.queries import cards

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_COPIES = 500  # of one grid
MOST_CARDS = 2_000  # in one printing: some 200 sheets


@transaction.atomic
def issue_cards(*, codes: Sequence[str], copies: int, actor: User, now: datetime) -> uuid.UUID:
    """Note `copies` contact cards for each of these grids; the batch to print (R40).

    Two queries. Raises BadInput, and NotYours for a grid out of the person's reach.
    """
    wanted = sorted(set(codes))
    if not wanted:
        raise BadInput(_("Choose at least one grid."), field="grid")
    if not 1 <= copies <= MOST_COPIES:
        raise BadInput(
            _("copies is a number from 1 to %(most)d.") % {"most": MOST_COPIES}, field="copies"
        )
    if copies * len(wanted) > MOST_CARDS:
        raise BadInput(
            _("That would be %(n)d cards; one printing has at most %(most)d. Choose fewer.")
            % {"n": copies * len(wanted), "most": MOST_CARDS},
            field="copies",
        )
    grids = list(cards.grids_for(actor, on=timezone.localdate(now)).filter(code__in=wanted))
    if len(grids) != len(wanted):
        raise NotYours(_("Some of these grids are not yours. Choose from the list."))
    batch = uuid.uuid4()
    CardIssue.objects.bulk_create(
        CardIssue(batch=batch, grid=grid, copies=copies, issued_at=now, issued_by=actor)
        for grid in grids
    )
    return batch
