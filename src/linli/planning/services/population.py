"""How many residents a grid has, as somebody counted them (R31)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput
from linli.kernel.text import clean
from linli.planning.models import Population
from linli.planning.services.proposing import GRANT
from linli.staff.models import User
from linli.staff.policy import require
from linli.territory.models import Grid

MOST = 1_000_000


@transaction.atomic
def count_people(
    *, actor: User, grid: Grid, on: date, people: int, now: datetime, source: str = ""
) -> Population:
    """The residents of a grid on a day; a second count of the same day corrects the first.

    Raises NotYours, BadInput.
    """
    require(actor, GRANT)
    if not 0 <= people < MOST:
        raise BadInput(_("A whole number from 0 on is needed."), field="people")
    if on > timezone.localdate(now):
        raise BadInput(_("Nobody can have counted on a day to come."), field="counted_on")
    source = clean(source, field="source", most=120)
    found, _made = Population.objects.update_or_create(
        grid=grid, on=on, defaults={"people": people, "source": source}
    )
    record(
        actor=actor,
        action="planning.population",
        object_type="grid",
        object_id=grid.pk,
        now=now,
        detail={"changed": {"people": [None, people], "on": [None, str(on)]}},
    )
    return found
