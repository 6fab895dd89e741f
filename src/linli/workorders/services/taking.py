"""An order becomes a report, by itself or by a person's choice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.audit.services import record
from linli.cases import services as cases
from linli.cases.models import Case
from linli.cases.rules.inputs import Contact, Place
from linli.cases.rules.purposes import Purpose
from linli.cases.rules.stages import Stage
from linli.cases.services import Filed, placing
from linli.kernel.errors import BadInput, Refused, Stale
from linli.kernel.jobs import later
from linli.kernel.seal import blind_index
from linli.kernel.text import clean
from linli.staff import policy as staff
from linli.territory import queries as territory
from linli.workorders.models import Order, OrderFile
from linli.workorders.policy import GRANT_CONTACT, GRANT_HANDLE
from linli.workorders.queries import orders as queries
from linli.workorders.rules.kinds import CHANNEL, MOST_NUMBER, OrderState, Review, Status
from linli.workorders.rules.mapping import BY_CODE, Mapped
from linli.workorders.services.telling import add_news

if TYPE_CHECKING:
    from linli.staff.models import User

LOST = timedelta(minutes=10)  # an order that long received has lost its job
#: Fields of the report to those of an order, to say a refusal where it belongs.
_FIELDS = {"place": "lon", "case_class": "class"}


@transaction.atomic
def take_in(*, order_id: int, now: datetime) -> Order | None:
    """Make a report of an order that has arrived, or hold it for a person. Safe to run twice."""
    order = _locked(order_id)
    if order is None or order.state != OrderState.RECEIVED:
        return order
    reading = _read(order)
    if order.faults or _is_for_a_person(order, reading, now):
        order.state = OrderState.HELD
    else:
        _open_case(order, reading, now)
    order.save()
    return order


def sweep(*, now: datetime) -> int:
    """Queue orders again whose job was lost; how many. Safe to run twice."""
    lost = Order.objects.filter(state=OrderState.RECEIVED, received_at__lt=now - LOST)
    ids = list(lost.order_by("pk").values_list("pk", flat=True)[:1_000])
    for pk in ids:
        later("workorders.take_in", order_id=pk, once=f"workorders.take_in:{pk}")
    return len(ids)


# -- by a person -----------------------------------------------------------------------------------
@transaction.atomic
def take_order(*, actor: User, order_id: int, now: datetime) -> Order:
    """A person lets a held order become a case of its own.

    Raises NotYours, NotFound, Stale for one that is not held, BadInput naming a field at fault.
    """
    order = held_for(actor, order_id)
    reading = _whole(order)
    _open_case(order, reading, now, strict=True)
    order.save()
    _note(actor, "workorders.taken", order, now, {"case": order.case_number})
    return order


@transaction.atomic
def join_order(*, actor: User, order_id: int, number: str, now: datetime) -> Order:
    """A person joins a held order to an open case as a further report: a repeated complaint.

    Raises NotYours, NotFound, Stale, BadInput for a case the person cannot see, MoveRefused for one
    that has ended.
    """
    order = held_for(actor, order_id)
    reading = _whole(order)
    case = queries.case_named(actor, number.strip())
    if case is None:
        raise BadInput(
            _("number: there is no such case, or your posts do not show it. Check the number."),
            field="number",
        )
    filed = cases.reporting.add_report(
        case_id=case.pk,
        description=_words(reading),
        now=now,
        channel=CHANNEL,
        contact=_contact(reading),
        wants_call=bool(reading.values.get("wants_call")),
        submission_key=_key(order),
    )
    _taken(order, filed, reading, now)
    order.save()
    _note(actor, "workorders.joined", order, now, {"case": order.case_number})
    return order


@transaction.atomic
def mend_order(*, actor: User, order_id: int, values: Mapping[str, Any], now: datetime) -> Order:
    """Set fields of a held order by hand; an empty value leaves a field out. Others stay as sent.

    Raises NotYours, NotFound, Stale, BadInput for a field nobody knows.
    """
    order = held_for(actor, order_id)
    unknown = [code for code in values if code not in BY_CODE]
    if unknown:
        raise BadInput(_("%s is no field that can be mended.") % unknown[0][:40], field=unknown[0])
    if number := values.get("number"):
        _renumber(order, str(number))
    known = json.loads(order.fixes) if order.fixes else {}
    order.fixes = json.dumps({**known, **values}, ensure_ascii=False)
    _read(order)
    order.save()
    _note(actor, "workorders.mended", order, now, {"fields": sorted(values)})
    return order


def _renumber(order: Order, number: str) -> None:
    """The number that was not in the message; news go out under it."""
    number = clean(number, field="number", most=MOST_NUMBER, least=1)
    if Order.objects.filter(platform=order.platform, number=number).exclude(pk=order.pk).exists():
        raise BadInput(
            _("number: another order of this platform has it. Look there first."), field="number"
        )
    order.number = number


@transaction.atomic
def show_message(*, actor: User, order_id: int, purpose: str, now: datetime) -> str:
    """The message as it arrived, with who called; the look is logged with its purpose (P7, P15).

    Raises NotYours, NotFound, BadInput without a purpose.
    """
    staff.require(actor, GRANT_CONTACT)
    order = queries.order_for(actor, order_id)
    if purpose not in Purpose.values:
        raise BadInput(_("purpose: choose what you need the message for."), field="purpose")
    record(
        actor=actor, action="workorders.shown", object_type="workorder", object_id=order.pk,
        now=now, purpose=purpose,
    )  # fmt: skip
    return order.body


def held_for(actor: User, order_id: int) -> Order:
    """A held order, locked. Raises NotYours, NotFound, Stale."""
    order = locked_for(actor, order_id)
    if order.state != OrderState.HELD:
        raise Stale(
            _("This order is at “%s” and waits for nobody any more. Look at it again.")
            % order.get_state_display()
        )
    return order


def locked_for(actor: User, order_id: int) -> Order:
    """An order that `actor` works on, locked. Raises NotYours, NotFound."""
    staff.require(actor, GRANT_HANDLE)
    queries.order_for(actor, order_id)  # an order of others looks absent
    found = _locked(order_id)
    assert found is not None
    return found


def _locked(order_id: int) -> Order | None:
    rows = Order.objects.select_for_update(of=("self",)).select_related("platform")
    return rows.filter(pk=order_id).first()


# -- reading ---------------------------------------------------------------------------------------
def _read(order: Order) -> Mapped:
    """Read the order, and note what the list shows of it."""
    reading = queries.reading_of(order)
    order.title = (reading.text("title") or reading.text("description"))[:120]
    order.kind = reading.text("kind")
    order.due_at = reading.values.get("due_at")
    phone = reading.text("phone")
    order.phone_index = blind_index(phone) if phone else None
    faults = [*reading.faults, *queries.faults_here(reading)]
    order.faults = [[fault.field, fault.path, fault.words] for fault in faults]
    return reading


def _is_for_a_person(order: Order, reading: Mapped, now: datetime) -> bool:
    review = order.platform.review
    if review != Review.FAULTY:
        order.repeat_of = queries.repeated_case(order, reading.text("repeats"), now=now)
    return review == Review.ALWAYS or bool(order.repeat_of)


def _whole(order: Order) -> Mapped:
    """The reading of an order that a person takes in. Raises BadInput for its first fault."""
    reading = _read(order)
    if order.faults:
        first = queries.faults_of(order)[0]
        between = pgettext("after a label", ": ")
        raise BadInput(f"{first.label}{between}{first.words}", field=first.field)
    return reading


# -- the report ------------------------------------------------------------------------------------
def _open_case(order: Order, reading: Mapped, now: datetime, *, strict: bool = False) -> None:
    """Report it; what the cases refuse holds the order, or with `strict` is raised."""
    try:
        place = _place(order, reading)
        filed = cases.report(
            description=_words(reading),
            now=now,
            channel=CHANNEL,
            place=place,
            address=_address(reading),
            case_class=reading.text("class") or None,
            urgency=reading.text("urgency") or "normal",
            contact=_contact(reading),
            wants_call=bool(reading.values.get("wants_call")),
            submission_key=_key(order),
            centre=_centre(order, reading, place),
        )
    except Refused as refusal:
        if strict:
            raise
        code = _FIELDS.get(refusal.field or "", refusal.field or "")
        order.faults, order.state = [[code, "", str(refusal)]], OrderState.HELD
        return
    _taken(order, filed, reading, now)


def _taken(order: Order, filed: Filed, reading: Mapped, now: datetime) -> None:
    case: Case = filed.case
    order.state, order.taken_at, order.faults = OrderState.TAKEN, now, []
    order.case_id = order.followed_id = case.pk
    order.case_number, order.report = case.number, filed.report_number
    order.centre_id = case.centre_id
    order.save()
    add_news(order, Status.ACCEPTED, now=now, facts={"case": case.number})
    if case.stage == Stage.FILED:  # urgent and whole: filed before the order followed it
        add_news(order, Status.FILED, now=now, facts={"case": case.number})
    links = reading.values.get("files") or []
    OrderFile.objects.filter(order=order).delete()
    OrderFile.objects.bulk_create(
        OrderFile(order=order, place=place, url=url) for place, url in enumerate(links, start=1)
    )
    if links:
        later("workorders.fetch_files", order_id=order.pk)


def _key(order: Order) -> str:
    """The same content of the same order is one report; sent anew after a return it is another."""
    return f"workorder:{order.pk}:{bytes(order.digest).hex()[:16]}"


def _words(reading: Mapped) -> str:
    title, words = reading.text("title"), reading.text("description")
    return words if not title or title in words else f"{title}\n{words}"


def _address(reading: Mapped) -> str:
    """Their address, with the region before it unless it says so itself."""
    address, code = reading.text("address"), reading.text("region")
    region = territory.tree().by_code(code) if code else None
    if region is None or region.name in address:
        return address
    return f"{region.name}{address}"[:200]


def _place(order: Order, reading: Mapped) -> Place | None:
    if "lon" not in reading.values:
        return None
    origin: Any = order.platform.crs
    return Place(float(reading.values["lon"]), float(reading.values["lat"]), origin)


def _contact(reading: Mapped) -> Contact | None:
    contact = Contact(name=reading.text("name"), phone=reading.text("phone"))
    return contact if contact else None


def _centre(order: Order, reading: Mapped, place: Place | None) -> int:
    """Whose case it becomes: the platform's centre's; with `by_place` that of the point or of the
    region they name, as far as there is one."""
    if not order.platform.by_place:
        return order.platform.centre_id
    regions: list[int | None] = []
    if place is not None:
        point = placing.wgs84(place)
        found = territory.locate(point.x, point.y)
        regions = [found.community_id, found.street_id, found.district_id]
    elif region := territory.tree().by_code(reading.text("region")):
        regions = [*territory.tree().ancestors_of(region.id)]
    known = staff.unit_tree().centres_of_regions
    centres = [known[one] for one in regions if one is not None and one in known]
    return centres[0] if centres else order.platform.centre_id


def _note(actor: User, action: str, order: Order, now: datetime, detail: dict[str, Any]) -> None:
    record(
        actor=actor, action=action, object_type="workorder", object_id=order.pk, now=now,
        detail={"platform": order.platform_id, **detail},
    )  # fmt: skip
