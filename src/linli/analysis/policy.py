"""Who may ask, and who sees a saved question. What is counted is always what the reader may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from linli.analysis.models import Audience, SavedQuery
from linli.kernel.errors import NotYours

if TYPE_CHECKING:
    from linli.staff.models import User

SEE: Final = "analysis.see"


def visible_to(user: User) -> Q:
    """Saved questions that `user` may open: one's own, those of one's units and centres."""
    seats = [seat for seat in user.seats if SEE in seat.grants]
    units = sorted({seat.unit_id for seat in seats})
    centres = sorted({seat.centre_id for seat in seats if seat.centre_id is not None})
    return (
        Q(owner_id=user.pk)
        | Q(audience=Audience.UNIT, unit_id__in=units)
        | Q(audience=Audience.CENTRE, centre_id__in=centres)
    )


def require_owner(user: User, saved: SavedQuery) -> None:
    """Raises NotYours."""
    if saved.owner_id != user.pk:
        raise NotYours(_("Only who saved this question may change it. Save one of your own."))
