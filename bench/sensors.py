"""Readings a second over HTTP and MQTT, with 10,000 devices and a live rule for all of them:

    python -m bench.sensors [--devices 10000] [--seconds 20] [--keep]

Makes a throwaway kind, a sender and devices in the database (LINLI_DATABASE_URL, migrated and with
a city), and removes them and their readings afterwards. HTTP is Linli's own door through its WSGI
application, called in this process without a socket: what a web thread of one process takes in, in
batches of 500, signed. MQTT is a real broker (mosquitto) on a free port with the subscriber as its
own process; messages of one reading each, quality of service 1, published as fast as it goes, timed
until the last is committed. `--keep` writes the table into docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")

import django  # noqa: E402

django.setup()

from django.contrib.gis.geos import Point  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.utils import timezone  # noqa: E402
from paho.mqtt import client as mqtt  # noqa: E402
from paho.mqtt.enums import CallbackAPIVersion  # noqa: E402

from bench._broker import start_broker  # noqa: E402
from bench._figures import Figure, table  # noqa: E402
from bench._program import free_port  # noqa: E402
from bench.run import keep  # noqa: E402
from linli.catalogue import queries as catalogue  # noqa: E402
from linli.kernel.signatures import signature  # noqa: E402
from linli.sensors.models import Device, DeviceKind, DeviceState, Sender, SensorRule  # noqa: E402

NAME, SECRET, BATCH = "bench", "whsec_YmVuY2gtYmVuY2gtYmVuY2gtYmVuY2gtYmVuY2g=", 500
STILL_S = 30.0  # without a single new reading, after which nothing more is waited for


def prepare(count: int) -> None:
    """The devices, a rule that looks at each reading, and one for silence."""
    now = timezone.now()
    kind = DeviceKind.objects.create(
        name=NAME, interval_s=60, class_code=catalogue.classes()[0].code
    )
    sender = Sender.objects.create(code=NAME, name=NAME, secret=SECRET, issued_at=now)
    stands = {"kind": kind, "sender": sender, "place": Point(121.5, 31.2, srid=4326),
              "active_since": now}  # fmt: skip
    devices = [Device(code=f"{NAME}-{n}", name=NAME, **stands) for n in range(count)]
    Device.objects.bulk_create(devices, batch_size=2_000)
    DeviceState.objects.bulk_create([DeviceState(device=one) for one in devices], batch_size=2_000)
    for sense, line in (("above", 1e9), ("silent", 1000)):
        SensorRule.objects.create(
            name=NAME, kind=kind, sense=sense, threshold=line, state="live", changed_at=now
        )


def clean() -> None:
    """Everything of the bench, gone."""
    with connection.cursor() as cursor:
        ours = "IN (SELECT id FROM sensors_device WHERE name = %s)"
        for table_name in ("sensors_reading", "sensors_alarm", "sensors_devicestate"):
            cursor.execute(f"DELETE FROM {table_name} WHERE device_id {ours}", [NAME])
        for table_name in ("sensors_sensorrule", "sensors_device", "sensors_devicekind",
                           "sensors_sender"):  # fmt: skip
            cursor.execute(f"DELETE FROM {table_name} WHERE name = %s", [NAME])
        cursor.execute("DELETE FROM sensors_nonce")


def over_http(devices: int, seconds: float) -> Figure:
    """Signed batches through the door, one after the other."""
    client, sent, count = Client(), 0, 0
    spans: list[float] = []
    cpu, began = time.process_time(), time.perf_counter()
    while time.perf_counter() - began < seconds:
        at = timezone.now().timestamp()
        body = json.dumps([
            {"device": f"{NAME}-{(sent + n) % devices}", "value": 20.5, "at": at - n / 1e3}
            for n in range(BATCH)
        ]).encode()  # fmt: skip
        now, name = timezone.now(), f"{NAME}-{count}-{at}"
        before = time.perf_counter()
        answer = client.post(
            "/sensors/v1/readings", body, content_type="application/json",
            headers={
                "Linli-Sender": NAME, "webhook-id": name,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": signature(SECRET, message_id=name, at=now, body=body),
            },
        )  # fmt: skip
        spans.append(time.perf_counter() - before)
        assert answer.status_code == 200, answer.content[:200]
        sent, count = sent + BATCH, count + 1
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    spans.sort()
    return Figure(
        f"readings over HTTP, {devices:,} devices, signed batches of {BATCH}, one after the other",
        "–",
        f"{sent / took:,.0f} readings/s, batch median {spans[len(spans) // 2] * 1000:.0f} ms, "
        f"p95 {spans[int(len(spans) * 0.95)] * 1000:.0f} ms",
        note=f"{cpu / sent * 1e6:.0f} µs of the web process a reading",
    )


def over_mqtt(devices: int, seconds: float) -> list[Figure]:
    """Single readings through a broker, until the last is committed."""
    port, count = free_port(), int(seconds * 1000)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "LINLI_MQTT_URL": f"mqtt://127.0.0.1:{port}/{NAME}",
                       "LINLI_MQTT_CLIENT_ID": NAME}  # fmt: skip
        command = [sys.executable, str(ROOT / "manage.py"), "listen_sensors"]
        with (
            start_broker(Path(folder), port, "max_inflight_messages 4000") as broker,
            subprocess.Popen(command, env=environment, cwd=ROOT) as listener,
        ):
            try:
                _await_subscription(port, f"{NAME}-0")
                taken = _publish(port, devices, count)
                memory_mb = _memory_mb(listener.pid)
            finally:
                listener.terminate()
                listener.wait(15)
                broker.terminate()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = f"readings over MQTT, {devices:,} devices, one a message, quality of service 1"
    return [
        Figure(work, "–", f"{count / taken:,.0f} readings/s until committed",
               note=f"{count:,} messages in {taken:.1f} s; "
               f"{(used.ru_utime + used.ru_stime) / count * 1e6:.0f} µs of processor a message, "
               "broker included"),
        Figure("memory of the subscriber afterwards", "–", f"{memory_mb:.0f} MB"),
    ]  # fmt: skip


def _await_subscription(port: int, code: str) -> None:
    """Until a reading gets through: what is published before that reaches nobody."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "bench-probe")
    before = _readings()
    until = time.monotonic() + 60
    while _readings() == before:
        if time.monotonic() > until:
            raise SystemExit("the subscriber does not answer")
        time.sleep(0.5)
        if not client.is_connected():
            client.connect("127.0.0.1", port)
            client.loop_start()
        client.publish(f"{NAME}/devices/{code}/readings", "20.5", qos=1)
    client.disconnect()
    client.loop_stop()
    time.sleep(1)  # what else was tried is counted before, not among what is measured


def _publish(port: int, devices: int, count: int) -> float:
    """Seconds from the first message until the last is committed."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "bench-publisher")
    client.max_inflight_messages_set(2_000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    before, began = _readings(), time.perf_counter()
    for n, moment in enumerate(moments(count, devices, since=timezone.now().timestamp())):
        body = f'{{"value": 20.5, "at": {moment:.3f}}}'
        client.publish(f"{NAME}/devices/{NAME}-{n % devices}/readings", body, qos=1)
    _await_readings(before, count)
    took = time.perf_counter() - began
    client.disconnect()
    client.loop_stop()
    return took


def moments(count: int, devices: int, *, since: float) -> Iterator[float]:
    """When the devices, one after the other, read: no device twice at one moment, nor at one of
    those before `since`. The same device and moment again would be the same reading: it is taken
    once, and a count of what is kept would never be reached."""
    for n in range(count):
        yield since + (1 + n // devices) / 1000


def _await_readings(before: int, count: int) -> None:
    """Until all are kept, or none has come for a while: then how many are missing."""
    found, since = before, time.perf_counter()
    while found - before < count:
        time.sleep(0.1)
        now = _readings()
        if now == found and time.perf_counter() - since > STILL_S:
            raise SystemExit(f"{found - before:,} of {count:,} readings were kept, then no more.")
        if now != found:
            found, since = now, time.perf_counter()


def _readings() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sensors_reading WHERE device_id IN"
            " (SELECT id FROM sensors_device WHERE name = %s)",
            [NAME],
        )
        return int(cursor.fetchone()[0])


def _memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--keep", action="store_true")
    asked, busy = parser.parse_args(), os.getloadavg()[0]
    clean()
    try:
        prepare(asked.devices)
        with override_settings(SENSORS_READINGS_PER_MINUTE=10**9, ALLOWED_HOSTS=["*"]):
            figures = [over_http(asked.devices, asked.seconds)]
        figures += over_mqtt(asked.devices, asked.seconds)
    finally:
        clean()
    text = table(figures)
    print(text)
    if asked.keep:
        text += f"\n\nLoad average before and after: {busy:.1f} → {os.getloadavg()[0]:.1f}."
        keep("sensors", text)


if __name__ == "__main__":
    main()
