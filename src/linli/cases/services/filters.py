"""A person's saved filters: names for query strings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from linli.cases.models import SavedFilter
from linli.cases.rules.filters import CaseFilter
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.text import clean

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_FILTERS = 30
MOST_NAME = 40


@transaction.atomic
def save_filter(*, user: User, name: str, wanted: CaseFilter, now: datetime) -> SavedFilter:
    """Keep `wanted` under `name`, instead of what had that name. Raises BadInput."""
    del now  # the row keeps no time
    name = clean(name, field="name", most=MOST_NAME, least=1)
    if wanted.kept is not None:
        raise BadInput(
            _("name: cases behind a number are kept for a day only. Take them out of the filter."),
            field="name",
        )
    query = urlencode(wanted.query())
    if not query:
        raise BadInput(_("name: set a filter first, then save it."), field="name")
    if len(query) > 1000:
        raise BadInput(_("name: this filter is too long to be saved."), field="name")
    own = SavedFilter.objects.select_for_update().filter(user=user)
    known = list(own.values_list("name", flat=True))
    if name not in known and len(known) >= MOST_FILTERS:
        raise BadInput(
            _("name: at most %(most)d filters; delete one first.") % {"most": MOST_FILTERS},
            field="name",
        )
    row, _made = SavedFilter.objects.update_or_create(
        user=user,
        name=name,
        defaults={"query": query},
        create_defaults={"query": query, "position": len(known)},
    )
    return row


@transaction.atomic
def delete_filter(*, user: User, filter_id: int, now: datetime) -> None:
    """Forget one of one's own filters. Raises NotFound."""
    del now
    deleted, _rows = SavedFilter.objects.filter(user=user, pk=filter_id).delete()
    if not deleted:
        raise NotFound(_("There is no such filter."))
