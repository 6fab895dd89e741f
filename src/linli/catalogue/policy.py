"""Who may change the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT_EDIT = "catalogue.edit"


def require_edit(actor: User | None) -> None:
    """Raises NotYours unless `actor` may edit the catalogue. None is the program itself."""
    if actor is not None:
        staff.require(actor, GRANT_EDIT)


def may_edit(user: User) -> bool:
    """Whether the pages that change the catalogue are offered."""
    return staff.holds_any(user, (GRANT_EDIT,))
