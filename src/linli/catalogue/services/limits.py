"""Desk times: how long each stage may take."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.catalogue.models import StageLimit
from linli.catalogue.rules import NORMAL, URGENT, Limit
from linli.catalogue.services.classes import check_limit
from linli.catalogue.services.recording import days, recorded
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.text import clean

if TYPE_CHECKING:
    from linli.staff.models import User


def save_stage_limit(
    *,
    stage: str,
    urgency: str,
    limit: Limit,
    valid_from: date,
    actor: User | None,
    now: datetime,
    valid_to: date | None = None,
    source: str = "",
) -> StageLimit:
    """Enter a desk time, or change the one of this stage and urgency that began that day.

    Raises BadInput, and Refused when another one holds on some of the days.
    """
    days(valid_from, valid_to)
    check_limit(limit, field="amount")
    if not re.fullmatch(r"[a-z_]{1,12}", stage):
        raise BadInput(_("Choose a stage from the list."), field="stage")
    if urgency not in (NORMAL, URGENT):
        raise BadInput(_("The urgency is normal or urgent."), field="urgency")
    with recorded("save_stage_limit", actor):
        row, _created = StageLimit.objects.update_or_create(
            stage=stage,
            urgency=urgency,
            valid_from=valid_from,
            defaults={
                "amount": limit.amount,
                "unit": limit.unit.value,
                "valid_to": valid_to,
                "source": clean(source, field="source", most=1000),
            },
        )
    return row


def retire_stage_limit(
    *, stage_limit_id: int, actor: User | None, now: datetime, on: date | None = None
) -> StageLimit:
    """End a desk time: `on` (today) is the first day without it. Raises NotFound, Refused."""
    last = on or timezone.localdate(now)
    with recorded("retire_stage_limit", actor):
        row = StageLimit.objects.select_for_update().filter(pk=stage_limit_id).first()
        if row is None:
            raise NotFound(_("There is no such limit."), field="stage")
        days(row.valid_from, last)
        row.valid_to = last
        row.save(update_fields=["valid_to"])
    return row
