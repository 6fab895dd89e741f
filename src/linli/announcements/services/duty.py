"""A leader's message to those on duty in an area (R104)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.announcements import policy, queries, rules
from linli.announcements.models import Announcement
from linli.announcements.rules import Audience, Importance, Kind
from linli.announcements.services.publishing import spread
from linli.kernel.errors import BadInput, Stale
from linli.kernel.text import clean
from linli.staff.policy import require, seat_with

if TYPE_CHECKING:
    from linli.announcements.queries import Person
    from linli.staff.models import User

MOST_LETTERS = 500


def on_duty(*, actor: User, region_id: int, now: datetime) -> list[Person]:
    """Who is on duty in a region: workers, substitutes and supervisors of its grids, and those who
    watch over the centre. Two queries. Raises NotYours, BadInput."""
    require(actor, policy.MESSAGE)
    ground = policy.ground_of(actor, policy.MESSAGE)
    if region_id not in ground.region_ids:
        raise BadInput(_("Choose an area that your post covers."), field="region")
    meant = queries.Meant(Audience.DUTY, regions=(region_id,))
    people = queries.people_meant(meant, ground, now=now)
    return [one for one in people if one.user_id != actor.pk]


@transaction.atomic
def send_message(
    *, actor: User, region_id: int, text: str, urgent: bool, shown: str, now: datetime
) -> Announcement:
    """Send a short text to those on duty in a region, who are asked to confirm it.

    `shown` is the `rules.fingerprint` of the people the sender has seen. Raises NotYours, BadInput,
    Stale if others are on duty by now, Refused if nobody is.
    """
    people = on_duty(actor=actor, region_id=region_id, now=now)
    body = clean(text, field="text", most=MOST_LETTERS, least=1)
    if shown != rules.fingerprint(one.user_id for one in people):
        raise Stale(_("Look at who is on duty, then send: the list has changed."), field="shown")
    seat = seat_with(actor, policy.MESSAGE)
    assert seat is not None  # require() has asked for it
    message = Announcement(
        kind=Kind.MESSAGE, title=rules.title_of(body), body=body, must_confirm=True,
        importance=Importance.URGENT if urgent else Importance.IMPORTANT,
        audience=Audience.DUTY, regions=[region_id], author=actor, unit_id=seat.unit_id,
        made_at=now, changed_at=now,
    )  # fmt: skip
    spread(message, people, actor=actor, now=now)
    return message
