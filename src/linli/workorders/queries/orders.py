"""The inbox of orders, one order with its story, and what is not confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases.models import Case, ReportContact
from linli.cases.queries import cases_for
from linli.cases.rules import Urgency, parse_case_number
from linli.cases.rules.stages import OPEN
from linli.catalogue import queries as catalogue
from linli.kernel.errors import NotFound
from linli.kernel.seal import mask_name, mask_phone
from linli.kernel.web import Page, page_after
from linli.staff.models import Unit
from linli.territory import queries as territory
from linli.workorders import policy
from linli.workorders.models import News, Order, OrderFile
from linli.workorders.rules.documents import parsed
from linli.workorders.rules.kinds import REPEATS_WITHIN, Kind, OrderState, Told
from linli.workorders.rules.mapping import FIELDS, Fault, Mapped, mapped, rules_of

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_COUNTED = 1_000


class Said(NamedTuple):
    """A field of an order on its page, with what is wrong with it."""

    code: str
    label: str
    value: Any
    fault: str
    mended: bool


def orders_for(user: User) -> QuerySet[Order]:
    """The orders that `user` may see, with their platforms."""
    return Order.objects.filter(policy.visible_to(user)).select_related("platform")


def order_page(
    user: User,
    *,
    state: str = "",
    told: str = "",
    platform: str = "",
    number: str = "",
    cursor: str | None = None,
) -> Page:
    """The newest first, 50 a page. One query. Raises BadInput for a crafted cursor."""
    rows = orders_for(user).defer("body", "fixes")
    if state:
        rows = rows.filter(state=state)
    if told:
        unconfirmed = (Told.WAITING, Told.FAILED)
        rows = rows.filter(told__in=unconfirmed if told == "open" else (told,))
    if platform.isdigit() and len(platform) < 10:
        rows = rows.filter(platform_id=int(platform))
    if number:
        rows = rows.filter(number__startswith=number) | rows.filter(case_number=number)
    return page_after(rows, keys=("id",), cursor=cursor, size=50)


def order_for(user: User, order_id: int) -> Order:
    """One of them. One query. Raises NotFound, also for an order of others."""
    found = orders_for(user).filter(pk=order_id).first()
    if found is None:
        raise NotFound(_("There is no such order, or it is another centre's."))
    return found


def waiting(user: User, now: datetime) -> dict[str, QuerySet[Order]]:
    """Orders that wait for a person; nothing for those who do not work on them."""
    if not user.has_grant(policy.GRANT_HANDLE):
        return {}
    return {"work_orders": Order.objects.filter(policy.visible_to(user), state=OrderState.HELD)}


def case_numbers(user: User, orders: Iterable[Order]) -> dict[int, str]:
    """The numbers of their cases that `user` may see, by case id. One query."""
    ids = [order.case_id for order in orders if order.case_id is not None]
    return {case.pk: case.number for case in cases_for(user).filter(pk__in=ids)} if ids else {}


def case_named(user: User, number: str) -> Case | None:
    """The case with this number, if `user` may see it. One query, none for no number."""
    parts = parse_case_number(number) if number else None
    return cases_for(user).filter(pk=parts[0]).first() if parts else None


# -- what it says --------------------------------------------------------------------------------
def reading_of(order: Order) -> Mapped:
    """The order in our words, by the platform's present mapping and what was mended. No query with
    the platform at hand. An order whose message was forgotten has no words."""
    fixes = json.loads(order.fixes) if order.fixes else {}
    tree = parsed(order.body.encode(), xml=order.is_xml) if order.body else {}
    rules = rules_of(order.platform.mapping)
    return mapped(tree, rules, zone=timezone.get_default_timezone(), fixes=fixes)


def said_in(order: Order, reading: Mapped) -> list[Said]:
    """The fields of an order for its page, in order; who called is masked. No query."""
    wrong = {fault.field: fault.words for fault in reading.faults}
    mended = set(json.loads(order.fixes)) if order.fixes else set()
    rows = []
    for one in FIELDS:
        value = reading.values.get(one.code)
        if value is None and one.code not in wrong:
            continue
        if one.code == "files":
            continue
        rows.append(
            Said(one.code, str(one.label), _shown(one.code, value), wrong.get(one.code, ""),
                 one.code in mended)
        )  # fmt: skip
    return rows


def faults_here(reading: Mapped) -> list[Fault]:
    """What only this city can say is wrong with an order. No query."""
    code, kind = reading.text("region"), reading.text("class")
    found = []
    if code and territory.tree().by_code(code) is None:
        found.append(
            Fault("region", "", _("There is no region with the code %s here.") % code[:20])
        )
    if kind and kind not in _classes():
        found.append(Fault("class", "", _("There is no class with the code %s here.") % kind[:20]))
    if not {"lon", "address", "region"} & set(reading.values):
        found.append(
            Fault("address", "", _("Neither an address nor a point nor a region is given."))
        )
    return found


def faults_of(order: Order) -> list[Fault]:
    """What was wrong with an order when it was last read. No query."""
    return [Fault(*row) for row in order.faults]


def _classes() -> dict[str, str]:
    """The names of the classes in use today, by code. No query while they are known."""
    return {one.code: one.label for one in catalogue.current().classes(on=timezone.localdate())}


def _shown(code: str, value: Any) -> Any:
    if value is None:
        return ""
    if code == "phone":
        return mask_phone(str(value))
    if code == "name":
        return mask_name(str(value))
    if isinstance(value, datetime):
        return timezone.localtime(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return _coded(code, str(value))


def _coded(code: str, value: str) -> str:
    """A code with its name, where it has one."""
    if code == "kind" and value in Kind.values:
        return str(Kind(value).label)
    if code == "urgency" and value in Urgency.values:
        return str(Urgency(value).label)
    if code == "region":
        region = territory.tree().by_code(value)
        return f"{value} {region.name}" if region else value
    if code == "class":
        found = _classes()
        return f"{value} {found[value]}" if value in found else value
    return value


def news_of(order: Order) -> list[News]:
    """What the platform was told or is to be told, oldest first, with `unit_name`. Two queries."""
    rows = list(News.objects.filter(order=order).order_by("pk"))
    names = unit_names(rows)
    for row in rows:
        row.unit_name = names.get(row.facts.get("unit"), "")  # type: ignore[attr-defined]  # shown
    return rows


def unit_names(rows: Sequence[News]) -> dict[object, str]:
    """The names of the units that news speak of, by id. One query, none without any."""
    ids = {row.facts["unit"] for row in rows if row.facts.get("unit")}
    return {unit.pk: unit.label for unit in Unit.objects.filter(pk__in=ids)} if ids else {}


def files_of(order: Order) -> list[OrderFile]:
    """Its attachments, in order. One query."""
    return list(OrderFile.objects.filter(order=order).order_by("place"))


# -- for the door and the jobs -------------------------------------------------------------------
def repeated_case(order: Order, number: str, *, now: datetime) -> str:
    """The number of an open case that the order may repeat: that of the order it names, or one the
    same telephone has reported lately; "" for none. Three queries at most."""
    ids: list[int] = []
    if number:
        earlier = Order.objects.filter(platform_id=order.platform_id, number=number)
        ids += [one for one in earlier.values_list("followed_id", flat=True) if one is not None]
    if order.phone_index is not None:
        same = ReportContact.objects.filter(phone_index=bytes(order.phone_index))
        ids += same.order_by("-case_id").values_list("case_id", flat=True)[:20]
    if not ids:
        return ""
    recent = Case.objects.filter(pk__in=ids, stage__in=OPEN, reported_at__gte=now - REPEATS_WITHIN)
    found = recent.order_by("-reported_at").first()
    return found.number if found is not None else ""
