"""Who may do what with accounts, units and posts; and the two questions every package asks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.kernel.errors import NotYours
from linli.staff.models import seats_of, unit_tree
from linli.staff.rules import Seat, label_of

if TYPE_CHECKING:
    from linli.staff.models import User

__all__ = ["Seat", "holds_any", "require", "require_any", "seat_with", "seats_of", "unit_tree"]


def require(user: User, grant: str) -> None:
    """Raises NotYours, naming what is needed, unless a post of `user` allows `grant`."""
    require_any(user, (grant,))


def require_any(user: User, grants: Iterable[str]) -> None:
    """Raises NotYours unless a post of `user` allows one of `grants`; that post acts then."""
    wanted = tuple(grants)
    seat = next((s for s in user.seats if not s.grants.isdisjoint(wanted)), None)
    if seat is not None:
        user.acting_post_id = seat.post_id  # the access log names it
    elif not holds_any(user, wanted):
        raise NotYours(
            _(
                "Your posts do not allow this. It needs the permission “%(grants)s”; ask the "
                "security administrator."
            )
            % {"grants": " / ".join(label_of(code) for code in wanted)}
        )


def holds_any(user: User, grants: Iterable[str]) -> bool:
    """Whether a post of `user` allows one of `grants`."""
    return any(user.has_grant(code) for code in grants)


def seat_with(user: User, grant: str) -> Seat | None:
    """The first post of `user` that allows `grant`."""
    return next((seat for seat in user.seats if grant in seat.grants), None)
