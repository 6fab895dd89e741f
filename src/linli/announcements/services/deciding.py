"""What the city decides about announcements."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.announcements import policy
from linli.announcements.models import Settings
from linli.announcements.rules import HOURS, NEVER, REMINDERS, Importance
from linli.audit.services import record
from linli.kernel.errors import BadInput
from linli.staff.policy import require

if TYPE_CHECKING:
    from linli.staff.models import User


@transaction.atomic
def change_settings(
    *,
    actor: User,
    approval_from: str,
    letters_from: str,
    remind_after_hours: int,
    most_reminders: int,
    now: datetime,
) -> Settings:
    """From which importance on a second person approves and letters may go out, and when and how
    often people are reminded. The log keeps old and new. Raises NotYours, BadInput."""
    require(actor, policy.SETTINGS)
    for field, value in (("approval_from", approval_from), ("letters_from", letters_from)):
        if value not in (*Importance.values, NEVER):
            raise BadInput(_("Choose an importance, or never."), field=field)
    spans = {"remind_after_hours": (remind_after_hours, HOURS),
             "most_reminders": (most_reminders, REMINDERS)}  # fmt: skip
    for field, (number, (least, most)) in spans.items():
        if not least <= number <= most:
            raise BadInput(
                _("Give a number from %(least)d to %(most)d.") % {"least": least, "most": most},
                field=field,
            )
    Settings.objects.get_or_create(pk=1)
    row = Settings.objects.select_for_update().get(pk=1)
    new = {"approval_from": approval_from, "letters_from": letters_from,
           "remind_after_hours": remind_after_hours, "most_reminders": most_reminders}  # fmt: skip
    old = {name: getattr(row, name) for name in new}
    row.approval_from, row.letters_from = approval_from, letters_from
    row.remind_after_hours, row.most_reminders = remind_after_hours, most_reminders
    row.save()
    record(
        actor=actor, action="announcements.settings_changed", object_type="settings",
        object_id="announcements", now=now, detail={"before": old, "after": new},
    )  # fmt: skip
    return row
