"""Looking at who reported: with a purpose, by those who call back, and written down (P7, P15)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit import services as audit
from linli.cases import policy, queries
from linli.cases.models import Case, ReportContact
from linli.cases.rules.purposes import Purpose
from linli.kernel.errors import BadInput, NotFound, NotYours

if TYPE_CHECKING:
    from linli.staff.models import User


@transaction.atomic
def show_contact(
    *, case: Case, report_number: int, actor: User, purpose: str, now: datetime
) -> ReportContact:
    """Name, phone and e-mail behind a report; the look is logged in the same transaction.

    Raises NotYours without the grant to call back, BadInput without a purpose, NotFound for a
    report whose sender left nothing.
    """
    seat = policy.may_read_contacts(actor, case)
    if seat is None:
        raise NotYours(_("Only those who call back may read who reported."))
    if purpose not in Purpose.values:
        raise BadInput(_("purpose: choose what you need the number for."), field="purpose")
    contact = queries.contacts_of(case).get(report_number)
    if contact is None:
        raise NotFound(_("This person left neither name nor number."))
    audit.record(
        actor=actor,
        action="cases.contact_shown",
        object_type="case",
        object_id=case.number,
        now=now,
        detail={"report": report_number},
        purpose=purpose,
        post_id=seat.post_id,
    )
    return contact
