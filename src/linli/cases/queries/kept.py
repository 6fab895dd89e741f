"""Cases that a number counted, put together for a person to go on with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.cases.models import KeptCases
from linli.kernel.errors import BadInput

if TYPE_CHECKING:
    from linli.staff.models import User

KEPT_FOR = timedelta(days=1)


def kept_for(user: User, kept_id: int, *, now: datetime) -> KeptCases:
    """What was put together for `user`, at most a day ago. One query.

    Raises BadInput alike for what is older, somebody else's or none at all.
    """
    own = KeptCases.objects.filter(user_id=user.pk, kept_at__gt=now - KEPT_FOR)
    found = own.filter(pk=kept_id).first()
    if found is None:
        raise BadInput(
            _("kept: these cases are not kept any more. Open them from their number again."),
            field="kept",
        )
    return found
