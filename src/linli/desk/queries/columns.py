from __future__ import annotations

from typing import TYPE_CHECKING

from linli.desk.models import ListColumns
from linli.desk.rules.columns import USUAL, clean_columns

if TYPE_CHECKING:
    from linli.staff.models import User


def columns_for(user: User, name: str) -> list[str]:
    """The columns of a list as the person chose them, else the usual ones. One query."""
    chosen = ListColumns.objects.filter(user=user, name=name).values_list("columns", flat=True)
    row = chosen.first()
    return clean_columns(list(row)) if row else list(USUAL)
