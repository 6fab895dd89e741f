"""The subscriber against a real broker: nothing is lost when it or the database goes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt import publish

from linli.kernel.errors import BadInput
from linli.sensors.models import Reading, Refusal, Sender
from linli.sensors.rules.incoming import read_message
from linli.sensors.services import listening
from linli.sensors.services.listening import Broker, Listener, broker_of, keep_messages
from tests.cases.city import make_city
from tests.sensors.conftest import SECRET, body_of, make_device

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "linli"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(true: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    """A broker with a password on a free port. bin/setup installs it for the tests."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    program = shutil.which("mosquitto", path=path)
    assert program, "Mosquitto is missing: bin/test installs it, or apt-get install mosquitto."
    passwords, port = tmp_path / "passwords", free_port()
    subprocess.run(
        ["mosquitto_passwd", "-c", "-b", str(passwords), "linli", "geheim"],
        check=True, capture_output=True, env={"PATH": path},
    )  # fmt: skip
    (tmp_path / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n"
        "max_queued_messages 100000\nmax_inflight_messages 4000\nuser root\n"
    )
    command = [program, "-c", str(tmp_path / "mosquitto.conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        try:
            wait_for(lambda: answers(port))
            yield port
        finally:
            running.terminate()


class Subscriber:
    """`listen_sensors` as a process of its own, on the database of the tests."""

    def __init__(self, port: int) -> None:
        given = connection.settings_dict
        names = {"host": "HOST", "user": "USER", "port": "PORT", "password": "PASSWORD",
                 "dbname": "NAME"}  # fmt: skip
        parts = {name: str(given[key]) for name, key in names.items() if given[key]}
        self.conninfo = psycopg.conninfo.make_conninfo(**parts)
        self.environment = {
            **os.environ,
            "LINLI_DATABASE_URL": self.conninfo,
            "LINLI_MQTT_URL": f"mqtt://linli:geheim@127.0.0.1:{port}/{PREFIX}",
        }
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "manage.py"), "listen_sensors"]
        self.running = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL
        )

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.running is not None
        self.running.send_signal(number)
        return self.running.wait(15)


def publish_all(port: int, first: int, count: int) -> None:
    """Readings numbered from `first`, one message each."""
    begin = timezone.now().timestamp() - 3600
    messages = [
        (f"{PREFIX}/devices/W-001/readings", f'{{"value": {n}, "at": {begin + n / 1000:.3f}}}', 1,
         False)
        for n in range(first, first + count)
    ]  # fmt: skip
    publish.multiple(
        messages, hostname="127.0.0.1", port=port,
        auth={"username": "linli", "password": "geheim"},
    )  # fmt: skip


def values() -> list[float]:
    return sorted(Reading.objects.values_list("value", flat=True))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_when_the_subscriber_is_killed_and_the_database_goes(broker: int) -> None:
    from linli.sensors.models import DeviceKind

    kind = DeviceKind.objects.create(name="水位", interval_s=60, class_code="E0102")
    make_device(make_city(), kind)
    subscriber = Subscriber(broker)
    subscriber.start()
    try:
        wait_for(lambda: _listens(broker, subscriber), 40)
        publish_all(broker, 0, 300)
        wait_for(Reading.objects.exists)
        subscriber.end(signal.SIGKILL)  # in the middle, most likely
        publish_all(broker, 300, 100)  # nobody listens
        subscriber.start()
        wait_for(lambda: Reading.objects.count() == 400)
        _database_away(subscriber, lambda: publish_all(broker, 400, 100))
        wait_for(lambda: Reading.objects.count() == 500, 40)
        assert values() == [float(n) for n in range(500)]
        assert subscriber.end() == 0, "told to stop, it stops"
    finally:
        if subscriber.running is not None and subscriber.running.poll() is None:
            subscriber.end(signal.SIGKILL)


def _listens(broker: int, subscriber: Subscriber) -> bool:
    """A reading gets through: the session is there. It is taken away again."""
    publish_all(broker, 9000, 1)
    time.sleep(0.2)
    return bool(Reading.objects.filter(value=9000).delete()[0])


def _database_away(subscriber: Subscriber, meanwhile: Callable[[], None]) -> None:
    """Nobody new is let in and the subscriber's connection is cut, for as long as `meanwhile`."""
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own,) = cursor.fetchone()
    elsewhere = psycopg.conninfo.make_conninfo(subscriber.conninfo, dbname="postgres")
    with psycopg.connect(elsewhere, autocommit=True) as outside:
        outside.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        try:
            outside.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> %s",
                [name, own],
            )
            meanwhile()
            time.sleep(1.0)
            assert Reading.objects.count() == 400, "it was really away"
        finally:
            outside.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')


@pytest.mark.django_db
def test_topics_say_whose_readings_they_are() -> None:
    from linli.sensors.models import DeviceKind

    city = make_city()
    kind = DeviceKind.objects.create(name="水位", interval_s=60, class_code="E0102")
    sender = Sender.objects.create(
        code="gw-1", name="网关", secret=SECRET, issued_at=timezone.now()
    )
    make_device(city, kind)
    make_device(city, kind, "W-002", sender=sender)
    two = {"device": "W-002", "value": 2}
    new = keep_messages(
        [
            ("city/devices/W-001/readings", b"1.5"),
            ("city/batches/gw-1", body_of(two, {"device": "W-001", "value": 3})),
            ("city/batches/gw-2", body_of(two)),
            ("city/devices/W-001/readings", b"oops"),
            ("city/devices/W-404/readings", b"1"),
        ],
        prefix="city",
    )
    assert new == 2
    assert values() == [1.5, 2]
    refused = {(one.code, one.reason) for one in Refusal.objects.all()}
    assert refused == {
        ("W-001", "foreign"), ("gw-2", "unknown"), ("W-001", "unreadable"), ("W-404", "unknown"),
    }  # fmt: skip


class Line:
    """A client of MQTT without a network; what is acknowledged is written down."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []

    def subscribe(self, topics: object) -> None:
        pass

    def ack(self, mid: int, qos: int) -> None:
        self.acknowledged.append(mid)


@pytest.mark.parametrize(("present", "acknowledged"), [(True, [7]), (False, [])])
def test_a_number_that_the_broker_has_forgotten_acknowledges_nothing(
    monkeypatch: pytest.MonkeyPatch, *, present: bool, acknowledged: list[int]
) -> None:
    """After a broker came back without its sessions, 7 is another message, which is not kept."""
    listener, line = Listener(Broker("b", 1883, False, "", "", PREFIX), client_id="t"), Line()
    monkeypatch.setattr(listener, "_client", line)
    monkeypatch.setattr(listening, "keep_messages", lambda *_args, **_given: 1)
    message = SimpleNamespace(mid=7, qos=1, topic=f"{PREFIX}/devices/W/readings", payload=b"1")
    listener._connected(line, None, SimpleNamespace(session_present=False), 0)
    listener._message(line, None, message)
    listener._connected(line, None, SimpleNamespace(session_present=present), 0)
    listener._keep(listener._waiting())
    assert line.acknowledged == acknowledged


@pytest.mark.django_db
def test_no_message_stops_the_others() -> None:
    """What raised here came again with every start of the subscriber, and before all the others."""
    from linli.sensors.models import DeviceKind

    kind = DeviceKind.objects.create(name="水位", interval_s=60, class_code="E0102")
    make_device(make_city(), kind)
    own = f"{PREFIX}/devices/W-001/readings"
    bodies = (b"9" * 400, b'[{"device": "a\\u0000b"}]', b'[{"device": "\\ud800"}]', b"1.5")
    messages = [(own if body[:1] != b"[" else f"{PREFIX}/batches/gw", body) for body in bodies]
    assert keep_messages(messages, prefix=PREFIX) == 1
    refused = set(Refusal.objects.values_list("code", "reason"))
    assert refused == {
        ("W-001", "unreadable"), ("ab", "unreadable"), ("gw", "unreadable"), ("gw", "unknown"),
    }  # fmt: skip


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(("device", "value", "at", "readings")), inner),
    max_leaves=8,
)  # fmt: skip


@given(said=ANY_JSON, device=st.sampled_from(("", "W-001")))
@settings(max_examples=150, deadline=None)
def test_whatever_a_message_says_is_read_or_refused(said: object, device: str) -> None:
    try:
        message = read_message(json.dumps(said).encode(), device=device)
    except BadInput:
        return
    for fault in message.faults:
        assert "\0" not in fault.code
        fault.code.encode()


@pytest.mark.parametrize(
    ("url", "broker"),
    [
        ("mqtt://b.example", Broker("b.example", 1883, False, "", "", "linli")),
        ("mqtts://u:p%40ss@b.example/city/a",
         Broker("b.example", 8883, True, "u", "p@ss", "city/a")),
    ],
)  # fmt: skip
def test_the_address_of_a_broker(url: str, broker: Broker) -> None:
    assert broker_of(url) == broker


@pytest.mark.parametrize("url", ["http://b.example", "mqtt://", "b.example:1883"])
def test_what_is_no_address_of_a_broker_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="LINLI_MQTT_URL"):
        broker_of(url)
