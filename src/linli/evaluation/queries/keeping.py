"""All the cases behind a number, by their ids, for a list that goes on with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linli.cases.models import Case
from linli.cases.policy import visible_to

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from linli.staff.models import User


def ids_of(user: User, rows: QuerySet[Any], *, most: int) -> list[int]:
    """Of the cases of these facts that `user` may see the `most` newest. One query."""
    cases = Case.objects.filter(visible_to(user), pk__in=rows.order_by().values("case_id"))
    return list(cases.order_by("-pk").values_list("pk", flat=True)[:most])
