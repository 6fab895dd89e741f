"""Who may look at rules and who may change them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User

EDIT: Final = "routing.edit"


def require_edit(actor: User) -> None:
    """Raises NotYours unless `actor` may change rules."""
    staff.require(actor, EDIT)


def may_edit(user: User) -> bool:
    """Whether pages offer to change rules."""
    return staff.holds_any(user, (EDIT,))
