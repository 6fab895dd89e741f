"""Putting the cases of a number together, so that a list can go on with exactly them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.cases.models import KeptCases
from linli.cases.queries.kept import KEPT_FOR
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_CASES = 1_000
MOST_SETS = 20  # of one person; the oldest goes


@transaction.atomic
def keep_cases(*, actor: User, case_ids: Iterable[int], words: str, now: datetime) -> KeptCases:
    """Keep the first MOST_CASES of `case_ids` for a day, for `actor` alone; lists show of them what
    `actor` may see. `words`: which number counted them. Raises BadInput for no case."""
    ids = list(islice(case_ids, MOST_CASES))
    if not ids:
        raise BadInput(
            _("number: no case counts here, so there is nothing to show."), field="number"
        )
    own = KeptCases.objects.filter(user=actor)
    surplus = own.order_by("-pk").values_list("pk", flat=True)[MOST_SETS - 1 :]
    own.filter(pk__in=list(surplus)).delete()
    return KeptCases.objects.create(user=actor, words=words[:200], case_ids=ids, kept_at=now)


def forget_kept(*, now: datetime) -> int:
    """Delete what is older than a day; returns how many. Safe to run twice."""
    count, _rows = KeptCases.objects.filter(kept_at__lte=now - KEPT_FOR).delete()
    return count
