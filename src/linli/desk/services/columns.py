"""What a person arranges on their own desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linli.desk.models import ListColumns
from linli.desk.rules.columns import clean_columns

if TYPE_CHECKING:
    from linli.staff.models import User


def choose_columns(*, user: User, name: str, columns: list[str]) -> list[str]:
    """Keep which columns of the list `name` the person sees; answers what was kept."""
    kept = clean_columns(columns)
    ListColumns.objects.update_or_create(user=user, name=name, defaults={"columns": kept})
    return kept
