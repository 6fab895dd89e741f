"""Who reported, as a list or a map may say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from linli.cases import policy
from linli.cases.models import Case, Report, ReportContact
from linli.kernel.seal import mask_name, mask_phone

if TYPE_CHECKING:
    from linli.staff.models import User


class Reporter(NamedTuple):
    """Who reported a case, as a list may say it (R107): a worker by name, with the telephone of
    the unit; a resident masked, and only for those who call back."""

    channel: str
    worker: str
    unit_phone: str
    masked_name: str
    masked_phone: str
    hidden: bool  # there is a contact that this person may not read


def reporters_of(user: User, cases: Sequence[Case]) -> dict[int, Reporter]:
    """Who sent the first report of each case, by case id. Three queries or fewer."""
    ids = [case.pk for case in cases]
    reports = Report.objects.filter(case_id__in=ids, number=1)
    read = [case.pk for case in cases if policy.may_read_contacts(user, case) is not None]
    contacts = {
        one.case_id: one for one in ReportContact.objects.filter(case_id__in=read, number=1)
    }
    unread = ReportContact.objects.filter(case_id__in=set(ids) - set(read), number=1)
    closed = set(unread.values_list("case_id", flat=True))
    found = {}
    for one in reports.select_related("by_user", "post__unit"):
        contact = contacts.get(one.case_id)
        found[one.case_id] = Reporter(
            channel=one.get_channel_display(),
            worker=str(one.by_user) if one.by_user else "",
            unit_phone=one.post.unit.public_phone if one.post else "",
            masked_name=mask_name(contact.name) if contact else "",
            masked_phone=mask_phone(contact.phone) if contact else "",
            hidden=one.case_id in closed,
        )
    return found
