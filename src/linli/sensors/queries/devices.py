"""Devices: the list, one with its readings, what is set up around them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from linli.cases.models import Case
from linli.cases.queries import cases_for
from linli.kernel.errors import NotFound
from linli.kernel.web import Page, page_after
from linli.sensors.models import (
    Alarm,
    Device,
    DeviceImport,
    DeviceKind,
    Refusal,
    Sender,
    SensorRule,
)
from linli.sensors.rules.chart import Bucket
from linli.sensors.rules.judging import is_deaf
from linli.sensors.rules.kinds import RuleState, Sense

if TYPE_CHECKING:
    from linli.staff.models import User

A_PAGE = 50
MOST_CASES = 20
BUCKETS = 240


def _open_alarms() -> QuerySet[Alarm]:
    return Alarm.objects.filter(device=OuterRef("pk"), over_at=None)


def _quiet(now: datetime) -> Q:
    """Not heard of for longer than twice the interval, by SQL alone."""
    heard = "coalesce(greatest(s.heard_at, d.active_since), d.active_since)"
    late = (
        "SELECT d.id FROM sensors_device d JOIN sensors_devicestate s ON s.device_id = d.id"
        " JOIN sensors_devicekind k ON k.id = d.kind_id WHERE d.active"
        f" AND {heard} < %s - 2 * coalesce(d.interval_s, k.interval_s) * interval '1 second'"
    )
    with connection.cursor() as cursor:
        cursor.execute(late, [now])
        return Q(pk__in=[row[0] for row in cursor.fetchall()])


def device_page(
    *, q: str = "", kind: str = "", state: str = "", cursor: str | None, now: datetime
) -> Page:
    """Devices, newest first, 50 a page, with state, kind, unit and open alarm. Two queries.

    `state` is alarm, silent (nothing heard for two intervals), off, or "". Raises BadInput for a
    crafted cursor.
    """
    rows = Device.objects.select_related("kind", "unit", "state").annotate(
        alarm_rule=Subquery(_open_alarms().filter(beyond=True).values("rule__name")[:1])
    )
    if q:
        rows = rows.filter(Q(code__icontains=q) | Q(name__icontains=q) | Q(address__icontains=q))
    if kind.isdigit() and len(kind) < 18:
        rows = rows.filter(kind_id=int(kind))
    if state == "alarm":
        rows = rows.filter(Exists(_open_alarms().filter(beyond=True)))
    elif state == "silent":
        rows = rows.filter(_quiet(now))
    elif state == "off":
        rows = rows.filter(active=False)
    return page_after(rows, keys=("id",), cursor=cursor, size=A_PAGE)


def is_silent(device: Device, *, now: datetime) -> bool:
    """Whether nothing was heard of it for two intervals: what the list's filter asks by SQL."""
    return device.active and now - device.heard_since > timedelta(seconds=2 * device.expected_s)


class Counts(NamedTuple):
    """Devices in use, with an open alarm, silent for two intervals."""

    active: int
    alarmed: int
    silent: int

    @property
    def deaf(self) -> bool:
        """Whether so many are silent that the way here is at fault."""
        return is_deaf(self.silent, of=self.active)


def counts(*, now: datetime) -> Counts:
    """The same questions as the list's filters. Four queries."""
    active = Device.objects.filter(active=True)
    alarmed = Device.objects.filter(Exists(_open_alarms().filter(beyond=True)))
    silent = Device.objects.filter(_quiet(now))
    return Counts(active.count(), alarmed.count(), silent.count())


def device_for(device_id: int) -> Device:
    """One query. Raises NotFound."""
    rows = Device.objects.select_related("kind", "unit", "state", "sender")
    rows = rows.defer("sender__secret")
    found = rows.filter(pk=device_id).first()
    if found is None:
        raise NotFound(_("There is no such device."))
    return found


def readings_of(device_id: int, *, since: datetime, until: datetime) -> list[Bucket]:
    """The readings as at most BUCKETS spans with lowest, highest and last value. One query."""
    width_s = max(1.0, (until - since).total_seconds() / BUCKETS)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT floor(extract(epoch FROM at - %s) / %s)::int AS n, min(value), max(value),"
            " (array_agg(value ORDER BY at DESC))[1]"
            " FROM sensors_reading WHERE device_id = %s AND at >= %s AND at <= %s"
            " GROUP BY n ORDER BY n",
            [since, width_s, device_id, since, until],
        )
        rows = cursor.fetchall()
    step = timedelta(seconds=width_s)
    return [Bucket(since + step * n, low, high, last) for n, low, high, last in rows]


def latest_readings(device_id: int, *, most: int = 20) -> list[tuple[datetime, float]]:
    """The newest readings. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, value FROM sensors_reading WHERE device_id = %s ORDER BY at DESC LIMIT %s",
            [device_id, most],
        )
        return list(cursor.fetchall())


def rules_of(device: Device) -> list[SensorRule]:
    """The rules that judge a device, and drafts that would. One query."""
    rows = SensorRule.objects.filter(Q(device=device) | Q(kind_id=device.kind_id))
    return list(rows.exclude(state=RuleState.ENDED).order_by("state", "name"))


def alarms_of(device_id: int) -> list[Alarm]:
    """The newest alarms of a device. One query."""
    rows = Alarm.objects.filter(device_id=device_id).select_related("rule")
    return list(rows.order_by("-pk")[:MOST_CASES])


def cases_of(user: User, alarms: list[Alarm]) -> dict[int, Case]:
    """The cases of alarms that `user` may see, by id. One query, none without cases."""
    ids = {one.case_id for one in alarms if one.case_id is not None}
    return {one.pk: one for one in cases_for(user).filter(pk__in=ids)} if ids else {}


def kinds() -> QuerySet[DeviceKind]:
    """All kinds, by name. One query."""
    return DeviceKind.objects.order_by("name")


def kind_for(kind_id: int) -> DeviceKind:
    """One query. Raises NotFound."""
    found = DeviceKind.objects.filter(pk=kind_id).first()
    if found is None:
        raise NotFound(_("There is no such kind of device."))
    return found


def senders() -> QuerySet[Sender]:
    """All senders, by code, without their secrets. One query."""
    return Sender.objects.defer("secret").order_by("code")


def sender_for(sender_id: int) -> Sender:
    """One query. Raises NotFound."""
    found = Sender.objects.filter(pk=sender_id).first()
    if found is None:
        raise NotFound(_("There is no such sender."))
    return found


def refusals() -> list[Refusal]:
    """What was not taken lately, newest first. One query."""
    return list(Refusal.objects.order_by("-last_at")[:50])


def imports() -> list[DeviceImport]:
    """The newest imports, without their faults. One query."""
    return list(DeviceImport.objects.select_related("by").defer("faults").order_by("-pk")[:10])


def import_for(import_id: int) -> DeviceImport:
    """One query. Raises NotFound."""
    found = DeviceImport.objects.filter(pk=import_id).first()
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def rules() -> QuerySet[SensorRule]:
    """All rules with whose they are, live ones first. One query."""
    rows = SensorRule.objects.select_related("kind", "device__kind")
    open_alarms = Alarm.objects.filter(rule=OuterRef("pk"), over_at=None, beyond=True)
    return rows.annotate(alarmed=Exists(open_alarms)).order_by("-state", "name", "pk")


def rule_for(rule_id: int) -> SensorRule:
    """One query. Raises NotFound."""
    found = SensorRule.objects.select_related("kind", "device__kind").filter(pk=rule_id).first()
    if found is None:
        raise NotFound(_("There is no such rule."))
    return found


def silent_rules_missing() -> list[DeviceKind]:
    """Kinds with devices whose silence nobody would hear of. One query."""
    live = SensorRule.objects.filter(kind=OuterRef("pk"), state=RuleState.LIVE, sense=Sense.SILENT)
    used = Device.objects.filter(kind=OuterRef("pk"), active=True)
    return list(DeviceKind.objects.filter(Exists(used)).exclude(Exists(live)).order_by("name"))


def troubled() -> list[Alarm]:
    """Alarms whose case was refused, with why. One query."""
    rows = Alarm.objects.filter(over_at=None).exclude(trouble="")
    return list(rows.select_related("device", "rule").order_by(F("pk").desc())[:20])


def unit_of(rule: SensorRule) -> str:
    """The unit of measure a rule's threshold is in."""
    owner: Any = rule.kind or (rule.device.kind if rule.device else None)
    return str(owner.unit_of_measure) if owner else ""
