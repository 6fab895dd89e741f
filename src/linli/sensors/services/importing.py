"""Devices from a list: good lines are taken, the others come back with what is wrong."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.components import queries as components
from linli.components.rules import parse_code
from linli.kernel.errors import BadInput
from linli.sensors.models import Device, DeviceImport, DeviceKind, DeviceState, Sender
from linli.sensors.policy import GRANT_MANAGE
from linli.sensors.rules.listing import Line, is_active, read_list, written
from linli.sensors.services import alarms
from linli.sensors.services.managing import placed
from linli.staff import policy as staff
from linli.staff import queries as units

if TYPE_CHECKING:
    from linli.staff.models import User

_SET = ("name", "kind", "place", "component_code", "address", "unit", "sender", "interval_s",
        "active", "active_since")  # fmt: skip


class _Known:
    """What lines may name, read once: some queries, whatever the number of lines."""

    def __init__(self, lines: list[Line]) -> None:
        codes = [line.values["code"] for line in lines]
        self.devices = {one.code: one for one in Device.objects.filter(code__in=codes)}
        self.kinds: dict[str, DeviceKind] = {}
        for kind in DeviceKind.objects.all():
            self.kinds |= {name: kind for name in (kind.name, kind.name_en) if name}
        self.senders = {one.code: one for one in Sender.objects.all()}
        self.units: dict[str, Any] = {}
        for unit in units.units():
            self.units |= {name: unit for name in (unit.name, unit.short_name, unit.code) if name}
        asked = [parse_code(line.values.get("component", "")) for line in lines]
        numbers = [one for one in asked if one is not None]
        self.components = set(components.numbers_of(numbers)) if numbers else set()


@transaction.atomic
def import_devices(*, actor: User, content: bytes, file_name: str, now: datetime) -> DeviceImport:
    """Add devices and change those whose code is known. Raises NotYours, BadInput for a file that
    is no such list; faulty lines are kept with the import (`faults`)."""
    staff.require(actor, GRANT_MANAGE)
    headings, each = read_list(content)
    lines = list(each)
    if not lines:
        raise BadInput(_("file: there is no line below the headings."), field="file")
    known = _Known([line for line in lines if not line.fault])
    fresh: list[Device] = []
    changed: list[Device] = []
    faults: list[Line] = []
    for line in lines:
        try:
            device = line.fault or _device(line.values, known, now=now)
        except BadInput as refusal:
            device = str(refusal)
        if isinstance(device, str):
            faults.append(line._replace(fault=device))
        else:
            (changed if device.pk else fresh).append(device)
    Device.objects.bulk_create(fresh, batch_size=2_000)
    DeviceState.objects.bulk_create([DeviceState(device=one) for one in fresh], batch_size=2_000)
    Device.objects.bulk_update(changed, _SET, batch_size=1_000)
    for device in changed:
        if not device.active:
            alarms.end_alarms(device_id=device.pk, now=now)
    made = DeviceImport.objects.create(
        at=now, by=actor, file_name=file_name[:120], added=len(fresh), changed=len(changed),
        refused=len(faults), faults=written(headings, faults) if faults else "",
    )  # fmt: skip
    record(
        actor=actor, action="sensors.changed", object_type="sensors_deviceimport",
        object_id=made.pk, now=now,
    )  # fmt: skip
    return made


def _device(values: dict[str, str], known: _Known, *, now: datetime) -> Device | str:
    """The device of a line, new or changed; a sentence where it names what there is not."""
    device = known.devices.get(values["code"]) or Device(code=values["code"], active_since=now)
    kind = known.kinds.get(values["kind"])
    if kind is None:
        return _("kind: there is no kind of device %(name)s. Add it first.") % {
            "name": values["kind"][:40]
        }
    for name, found in (("unit", known.units), ("sender", known.senders)):
        if (text := values.get(name, "")) and text not in found:
            return _("%(name)s: there is none by the name or code %(text)s.") % {
                "name": name,
                "text": text[:40],
            }
    code = None
    if values.get("component"):
        code = parse_code(values["component"])
        if code not in known.components:
            return _("component: there is no component %(code)s.") % {
                "code": values["component"][:20]
            }
    was_active = device.active
    device.name, device.kind, device.component_code = values["name"], kind, code
    device.place = None if code else placed(float(values["lon"]), float(values["lat"]))
    # A column that is not in the list leaves what there is.
    if "active" in values:
        device.active = is_active(values["active"])
    if "address" in values:
        device.address = values["address"]
    if "unit" in values:
        device.unit = known.units.get(values["unit"])
    if "sender" in values:
        device.sender = known.senders.get(values["sender"])
    if "interval_s" in values:
        device.interval_s = int(values["interval_s"]) if values["interval_s"] else None
    if device.active and not was_active:
        device.active_since = now
    return device
