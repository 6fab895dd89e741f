"""Saying something of oneself for the profile of the staff, and taking it back (R44)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.kernel.errors import BadInput
from linli.staff.models import AgeBand, Education, SelfDescription, User


@transaction.atomic
def describe_self(*, actor: User, education: str, age_band: str, now: datetime) -> None:
    """One's own education and age band; both empty takes everything back.

    The log says that it was done, not what was said. Raises BadInput.
    """
    for name, value, choices in (
        ("education", education, Education),
        ("age_band", age_band, AgeBand),
    ):
        if value and value not in choices.values:
            raise BadInput(_("Choose one of the answers, or leave it empty."), field=name)
    if education or age_band:
        SelfDescription.objects.update_or_create(
            user=actor,
            defaults={
                "education": education,
                "age_band": age_band,
                "said_on": timezone.localdate(now),
            },
        )
    else:
        SelfDescription.objects.filter(user=actor).delete()
    record(actor=actor, action="staff.described_self", object_type="user", object_id=actor.pk,
           now=now)  # fmt: skip
