"""Calls: one's own open one, the latest, and what the same number was about before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from linli.cases import policy as cases_policy
from linli.cases import queries as cases
from linli.cases.models import Case, ReportContact
from linli.cases.queries.settings import settings
from linli.hotline import policy
from linli.hotline.models import Call
from linli.kernel.errors import NotFound
from linli.kernel.seal import blind_index

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_EARLIER = 8  # calls, and cases, of one number
_MOST_CONTACTS = 200
_SHOWN = ("line", "kind", "operator")


def calls_for(user: User) -> QuerySet[Call]:
    """The calls a person may see, newest first."""
    rows = Call.objects.filter(policy.calls_visible_to(user)).select_related(*_SHOWN)
    return rows.order_by("-began_at", "-pk")


def call_for(user: User, call_id: int, *, lock: bool = False) -> Call:
    """One call. One query. Raises NotFound, also for a call of others."""
    rows = calls_for(user)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(pk=call_id).first()
    if found is None:
        raise NotFound(_("There is no such call, or you may not see it."))
    return found


def open_call(user: User) -> Call | None:
    """The call this person is on. One query."""
    return Call.objects.filter(operator=user.pk, ended_at__isnull=True).first()


@dataclass(frozen=True)
class Earlier:
    """What the same number was about before, as far as this person may see it."""

    cases: list[Case]
    calls: list[Call]

    @property
    def found(self) -> bool:
        return bool(self.cases or self.calls)


def earlier_of(user: User, phone: str, *, but: int, now: datetime) -> Earlier:
    """Cases and calls of exactly this number, newest first: cases `user` sees and may call back
    about, calls of their lines; as far back as contacts are kept, never more than a few, and never
    a count of them (P7, P10). Three queries.
    """
    index = blind_index(phone)
    since = now - timedelta(days=settings().contact_days)
    ids = ReportContact.objects.filter(phone_index=index).order_by("-case_id")
    found = cases.cases_for(user).filter(
        pk__in=set(ids.values_list("case_id", flat=True)[:_MOST_CONTACTS]),
        reported_at__gte=since,
    )
    rows = found.select_related("case_class").order_by("-reported_at", "-pk")[:MOST_EARLIER]
    calls = calls_for(user).filter(
        Q(phone_index=index, began_at__gte=since, case_id__isnull=True) & ~Q(pk=but)
    )
    readable = [one for one in rows if cases_policy.may_read_contacts(user, one) is not None]
    return Earlier(readable, list(calls.exclude(outcome="")[:MOST_EARLIER]))
