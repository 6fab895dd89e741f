"""Devices: a gateway brings readings over HTTP; one beyond the threshold makes a case by a job."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from datetime import timedelta

from bench._doors.base import Door
from bench._ledger import Message, mark
from bench._wire import Answer, Sent

PATH = "/sensors/v1/readings"


class Sensors(Door):
    """Known by device and moment. Each message is of another device, whose name bears the mark."""

    name = "sensors"

    def prepare(self, messages: int) -> None:
        """A gateway, a rule, and a device a message."""
        from django.contrib.gis.geos import Point

        from linli.sensors.models import Device, DeviceKind, DeviceState, Sender, SensorRule

        since = self.here.now - timedelta(days=1)
        kind = DeviceKind.objects.create(
            name="积水水位计", name_en="Water gauge", unit_of_measure="mm", lowest=-100,
            highest=5000, interval_s=604_800, class_code=self.here.codes[0],
        )  # fmt: skip
        SensorRule.objects.create(
            name="积水", kind=kind, sense="above", threshold=150, hysteresis=50, state="live",
            changed_at=since,
        )  # fmt: skip
        self.secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
        sender = Sender.objects.create(
            code="bench", name="网关", secret=self.secret, issued_at=since
        )
        devices = Device.objects.bulk_create(
            [
                Device(
                    code=f"W-{number:06d}", name=f"水位计{mark(self.name, number)}", kind=kind,
                    active_since=since, place=Point(*self.here.place(), srid=4326), sender=sender,
                )
                for number in range(messages)
            ]
        )  # fmt: skip
        DeviceState.objects.bulk_create([DeviceState(device=device) for device in devices])

    def compose(self, message: Message) -> Sequence[Sent]:
        from django.utils import timezone

        reading = {
            "device": f"W-{message.number:06d}", "value": 400, "at": timezone.now().isoformat()
        }  # fmt: skip
        headers = {
            "Host": "localhost", "Content-Type": "application/json",
            "Authorization": f"Bearer bench:{self.secret}",
        }  # fmt: skip
        return [Sent("POST", PATH, json.dumps({"readings": [reading]}).encode(), headers)]

    def read(self, answer: Answer) -> str | None:
        return "" if answer.status == 200 else None
