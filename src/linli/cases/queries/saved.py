from __future__ import annotations

from typing import TYPE_CHECKING

from linli.cases.models import SavedFilter
from linli.kernel import rows

if TYPE_CHECKING:
    from linli.staff.models import User


def saved_filters_for(user: User) -> list[SavedFilter]:
    """The person's saved filters in their order. One query."""
    return rows.read(SavedFilter, "user_id = %s ORDER BY position, id", [user.pk])
