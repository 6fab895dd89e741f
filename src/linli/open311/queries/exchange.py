"""What was sent on, as far as a person may see the cases; and what is set up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from linli.cases.queries import cases_for
from linli.kernel.errors import NotFound
from linli.kernel.web import Page, page_after
from linli.open311.models import Attribute, Destination, Forward, Jurisdiction
from linli.staff.models import ApiToken

if TYPE_CHECKING:
    from linli.staff.models import User


def forwards_for(user: User) -> QuerySet[Forward]:
    """What was sent on of the cases that `user` may see."""
    return Forward.objects.filter(case_id__in=cases_for(user).values("pk"))


def forward_page(
    user: User, *, state: str = "", destination: str = "", number: str = "", cursor: str | None
) -> Page:
    """The newest first, 50 a page. One query. Raises BadInput for a crafted cursor."""
    rows = forwards_for(user).select_related("destination")
    if state:
        rows = rows.filter(state=state)
    if destination.isdigit() and len(destination) < 18:
        rows = rows.filter(destination_id=int(destination))
    if number:
        rows = rows.filter(Q(case_number__contains=number) | Q(remote_id=number))
    return page_after(rows, keys=("id",), cursor=cursor, size=50)


def forward_for(user: User, forward_id: int) -> Forward:
    """One of them. One query. Raises NotFound, also for a case of others."""
    found = forwards_for(user).select_related("destination").filter(pk=forward_id).first()
    if found is None:
        raise NotFound(_("There is no such case on its way to another system."))
    return found


def destinations() -> QuerySet[Destination]:
    """All of them, with how many cases wait, are open there and were not sent. One query."""
    counts = {
        name: Count("forwards", filter=Q(forwards__state=state))
        for name, state in (("waiting", "waiting"), ("open", "sent"), ("failed", "failed"))
    }
    rows = Destination.objects.select_related("unit", "region", "post__user", "post__unit")
    return rows.annotate(**counts).order_by("name", "pk")


def destination_for(destination_id: int) -> Destination:
    """One query. Raises NotFound."""
    found = destinations().filter(pk=destination_id).first()
    if found is None:
        raise NotFound(_("There is no such destination."))
    return found


def jurisdictions() -> QuerySet[Jurisdiction]:
    """All of them, by code. One query."""
    return Jurisdiction.objects.select_related("region").order_by("code")


def jurisdiction_for(jurisdiction_id: int) -> Jurisdiction:
    """One query. Raises NotFound."""
    found = jurisdictions().filter(pk=jurisdiction_id).first()
    if found is None:
        raise NotFound(_("There is no such jurisdiction."))
    return found


def attributes() -> QuerySet[Attribute]:
    """All questions, by class and order. One query."""
    return Attribute.objects.order_by("class_code", "order")


def attribute_for(attribute_id: int) -> Attribute:
    """One query. Raises NotFound."""
    found = attributes().filter(pk=attribute_id).first()
    if found is None:
        raise NotFound(_("There is no such question."))
    return found


def labels(targets: Iterable[str]) -> dict[str, str]:
    """The names of destinations by the outbox's keys (`open311:12`). One query."""
    ids = {key.partition(":")[2]: key for key in targets}
    known = [int(number) for number in ids if number.isdigit()]
    rows = Destination.objects.filter(pk__in=known).values_list("pk", "name")
    return {ids[str(pk)]: name for pk, name in rows}


def token_text(key_id: int | None) -> str:
    """The beginning of a token, as its page shows it; "" without one. One query."""
    if key_id is None:
        return ""
    prefix = ApiToken.objects.filter(pk=key_id).values_list("prefix", flat=True).first()
    return f"linli_{prefix}" if prefix else ""
