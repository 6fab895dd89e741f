"""What an administrator sets: kinds, devices, senders, rules."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.gis.geos import Point
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.components import queries as components
from linli.components.rules import parse_code
from linli.kernel.errors import BadInput
from linli.sensors.models import Device, DeviceKind, DeviceState, Sender, SensorRule
from linli.sensors.policy import GRANT_MANAGE
from linli.sensors.rules.kinds import RuleState, Sense
from linli.sensors.services import alarms
from linli.staff import policy as staff
from linli.territory import queries as territory
from linli.webhooks.rules import new_secret

if TYPE_CHECKING:
    from linli.staff.models import User

M = TypeVar("M", bound=models.Model)


@transaction.atomic
def save_kind(*, actor: User, row: DeviceKind | None, now: datetime, **given: Any) -> DeviceKind:
    """Add or change a kind of device. Raises NotYours, BadInput."""
    staff.require(actor, GRANT_MANAGE)
    low, high = given.get("lowest"), given.get("highest")
    if low is not None and high is not None and low >= high:
        raise BadInput(_("highest: has to lie above the lowest value."), field="highest")
    row = _set(row or DeviceKind(), given)
    _save_once(row, "name", _("name: another kind bears it already."))
    _record(actor, row, now)
    return row


@transaction.atomic
def save_sender(*, actor: User, row: Sender | None, now: datetime, **given: Any) -> Sender:
    """Add or change who brings readings. Its secret is issued apart. Raises NotYours, BadInput."""
    staff.require(actor, GRANT_MANAGE)
    row = _set(row or Sender(secret=new_secret(), issued_at=now), given)
    _save_once(row, "code", _("code: another sender has it already."))
    _record(actor, row, now)
    return row


@transaction.atomic
def issue_secret(*, actor: User, row: Sender, now: datetime) -> str:
    """A fresh secret, for the eyes of whoever sets the sender up; the old one ends at once."""
    staff.require(actor, GRANT_MANAGE)
    row.secret, row.issued_at = new_secret(), now
    row.save()
    record(
        actor=actor, action="sensors.key_issued", object_type="sensors_sender", object_id=row.pk,
        now=now,
    )  # fmt: skip
    return row.secret


@transaction.atomic
def save_device(
    *,
    actor: User,
    row: Device | None,
    now: datetime,
    lon: float | None = None,
    lat: float | None = None,
    component: str = "",
    **given: Any,
) -> Device:
    """Add or change a device; it stands where its component stands, or at a point. Switched off, it
    is not missed, and its alarms end. Raises NotYours, BadInput."""
    staff.require(actor, GRANT_MANAGE)
    before = row.active if row is not None else False
    row = _set(row or Device(active_since=now), given)
    row.component_code, row.place = _standing(component, lon, lat)
    if row.active and not before:
        row.active_since = now
    _save_once(row, "code", _("code: another device has it already."))
    DeviceState.objects.get_or_create(device=row)
    if not row.active:
        alarms.end_alarms(device_id=row.pk, now=now)
    _record(actor, row, now)
    return row


def _standing(
    component: str, lon: float | None, lat: float | None
) -> tuple[int | None, Point | None]:
    if component:
        code = parse_code(component)
        if code is None or code not in components.numbers_of([code]):
            raise BadInput(
                _("component: there is no component %(code)s.") % {"code": component[:20]},
                field="component",
            )
        return code, None
    if lon is None or lat is None:
        raise BadInput(
            _("place: mark a point on the map, or name the component it is on."), field="lon"
        )
    return None, placed(lon, lat)


def placed(lon: float, lat: float) -> Point:
    """The point. Raises BadInput outside of the area served here: a case could not stand there."""
    found = territory.locate(lon, lat)
    if found.district_id is None and found.city_id is None:
        raise BadInput(
            _("place: %(lon).6f, %(lat).6f lies outside of the area served here.")
            % {"lon": lon, "lat": lat},
            field="lon",
        )
    return Point(lon, lat, srid=4326)


@transaction.atomic
def save_rule(*, actor: User, row: SensorRule | None, now: datetime, **given: Any) -> SensorRule:
    """Add a rule, as a draft, or change one; a live rule judges by the change from the next reading
    on. Raises NotYours, BadInput."""
    staff.require(actor, GRANT_MANAGE)
    row = _set(row or SensorRule(), given)
    if (row.kind is None) == (row.device is None):
        raise BadInput(_("kind: choose a kind of device or one device, not both."), field="kind")
    if row.sense == Sense.SILENT:
        row.hysteresis, row.hours_from, row.hours_until, row.days = 0, None, None, []
        if row.threshold < 2:
            raise BadInput(
                _("threshold: at least 2 intervals; a single reading may be late."),
                field="threshold",
            )
    if (row.hours_from is None) != (row.hours_until is None) or (
        row.hours_from is not None and row.hours_from == row.hours_until
    ):
        raise BadInput(_("hours_until: give both ends of the hours, or none."), field="hours_until")
    row.changed_at = now
    row.save()
    _record(actor, row, now)
    return row


@transaction.atomic
def steer_rule(*, actor: User, row: SensorRule, state: str, now: datetime) -> SensorRule:
    """Make a rule live, a draft again, or end it: then its alarms end, and people go on with their
    cases. It judges the readings that come from now on. Raises NotYours, BadInput."""
    staff.require(actor, GRANT_MANAGE)
    if state not in RuleState.values:
        raise BadInput(
            _("state: one of %(states)s.") % {"states": ", ".join(RuleState.values)}, field="state"
        )
    if state != RuleState.LIVE:
        alarms.end_alarms(rule_id=row.pk, now=now)
    elif row.state != RuleState.LIVE:
        _begin_anew(row)
    row.state, row.changed_at = state, now
    row.save(update_fields=["state", "changed_at"])
    _record(actor, row, now)
    return row


def _begin_anew(row: SensorRule) -> None:
    """Forget where the rule stood with its devices when it was live before."""
    held = DeviceState.objects.filter(tracks__has_key=str(row.pk))
    for state in held.select_for_update().order_by("pk").iterator():
        state.tracks.pop(str(row.pk), None)
        state.save(update_fields=["tracks"])


def _set(row: M, given: dict[str, Any]) -> M:
    for name, value in given.items():
        setattr(row, name, value)
    return row


def _save_once(row: models.Model, field: str, says: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "unique" not in str(error).lower():
            raise
        raise BadInput(says, field=field) from error


def _record(actor: User, row: models.Model, now: datetime) -> None:
    record(
        actor=actor,
        action="sensors.changed",
        object_type=row._meta.db_table,
        object_id=row.pk,
        now=now,
    )
