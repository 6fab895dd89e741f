"""Devices: readings over HTTP and MQTT; one beyond the threshold makes a case by a job."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench._broker import start_broker
from bench._doors.base import Door
from bench._ledger import Message, mark
from bench._program import free_port
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
            name=f"水位计 {self.name}", name_en=f"Gauge {self.name}", unit_of_measure="mm",
            lowest=-100, highest=5000, interval_s=604_800, class_code=self.here.codes[0],
        )  # fmt: skip
        SensorRule.objects.create(
            name="积水", kind=kind, sense="above", threshold=150, hysteresis=50, state="live",
            changed_at=since,
        )  # fmt: skip
        self.secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
        sender = Sender.objects.create(
            code=self.name, name="网关", secret=self.secret, issued_at=since
        )
        devices = Device.objects.bulk_create(
            [
                Device(
                    code=self.code(number), name=f"水位计{mark(self.name, number)}", kind=kind,
                    active_since=since, place=Point(*self.here.place(), srid=4326), sender=sender,
                )
                for number in range(messages)
            ]
        )  # fmt: skip
        DeviceState.objects.bulk_create([DeviceState(device=device) for device in devices])

    def code(self, number: int) -> str:
        """Of the device of a message."""
        return f"{self.name}-{number:06d}"

    def compose(self, message: Message) -> Sequence[Sent]:
        reading = {"device": self.code(message.number), "value": 400, "at": _now()}
        headers = {
            "Host": "localhost", "Content-Type": "application/json",
            "Authorization": f"Bearer {self.name}:{self.secret}",
        }  # fmt: skip
        return [Sent("POST", PATH, json.dumps({"readings": [reading]}).encode(), headers)]

    def read(self, answer: Answer) -> str | None:
        return "" if answer.status == 200 else None


class Mqtt(Sensors):
    """The same through a broker of its own: published with quality of service 1, so that the broker
    answers and hands on what the subscriber has not acknowledged."""

    name = "mqtt"
    broker: subprocess.Popen[bytes] | None = None

    def prepare(self, messages: int) -> None:
        """A broker on a free port; the program's subscriber is told of it."""
        super().prepare(messages)
        self.port, self.folder = free_port(), tempfile.mkdtemp(prefix="linli-broker-")
        self.broker = start_broker(Path(self.folder), self.port)
        os.environ["LINLI_MQTT_URL"] = f"mqtt://127.0.0.1:{self.port}/bench"

    def begin(self) -> None:
        """Until the subscriber listens: what comes before it ever did, no broker keeps."""
        from paho.mqtt import client as mqtt
        from paho.mqtt.enums import CallbackAPIVersion

        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, "bench-gateway")
        self.client.connect("127.0.0.1", self.port)
        self.client.loop_start()
        until = time.monotonic() + 60
        while not self._heard(self.code(0)):
            self._publish(self.code(0), {"value": 20, "at": _now()})
            if time.monotonic() > until:
                raise SystemExit("The subscriber of MQTT does not listen.")
            time.sleep(0.5)

    def end(self) -> None:
        if self.broker is not None:
            self.broker.terminate()
            self.broker.wait(10)
            shutil.rmtree(self.folder, ignore_errors=True)

    def send(self, message: Message) -> None:
        """Until the broker has it; some gateways do not wait, some say it twice."""
        reading = {"value": 400, "at": _now()}
        message.tries = 2 if message.number % 20 in (3, 7, 11) else 1
        for _try in range(message.tries):
            began = time.perf_counter()
            while not self._publish(self.code(message.number), reading):
                time.sleep(0.5)
            message.spans.append(time.perf_counter() - began)
        message.answered = True

    def _publish(self, code: str, reading: dict[str, Any]) -> bool:
        """Whether the broker acknowledged it."""
        said = self.client.publish(f"bench/devices/{code}/readings", json.dumps(reading), qos=1)
        with contextlib.suppress(RuntimeError, ValueError):
            said.wait_for_publish(20)
        return bool(said.is_published())

    def _heard(self, code: str) -> bool:
        from linli.sensors.models import Device, Reading

        device = Device.objects.get(code=code)
        return bool(Reading.objects.filter(device_id=device.pk).exists())


def _now() -> str:
    from django.utils import timezone

    return timezone.now().isoformat()
