"""The numbers a city sets for its cases."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.cases.models import CaseSettings
from linli.cases.rules.city import BOUNDS
from linli.kernel.errors import BadInput
from linli.staff import policy as staff

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT_SETTINGS = "cases.settings"


@transaction.atomic
def change_settings(*, actor: User, now: datetime, **numbers: int) -> CaseSettings:
    """Set some of the numbers of `CaseSettings`; what is left out stays. Remembered: old, new.

    Raises NotYours, and BadInput naming the number that is unknown or out of its bounds.
    """
    staff.require(actor, GRANT_SETTINGS)
    CaseSettings.objects.get_or_create(pk=1)
    row = CaseSettings.objects.select_for_update().get(pk=1)
    changed = {}
    for name, value in numbers.items():
        if name not in BOUNDS:
            raise BadInput(_("There is no setting %s.") % name, field=name)
        least, most = BOUNDS[name]
        if not least <= value <= most:
            raise BadInput(
                _("%(name)s: a whole number from %(least)d to %(most)d is needed.")
                % {"name": name, "least": least, "most": most},
                field=name,
            )
        if getattr(row, name) != value:
            changed[name] = [getattr(row, name), value]
            setattr(row, name, value)
    if changed:
        row.save()
        record(
            actor=actor,
            action="cases.settings_changed",
            object_type="case_settings",
            object_id=1,
            now=now,
            detail={"changed": changed},
        )
    return row
