"""The subscriber of MQTT: messages in at their broker's pace, acknowledged once they are kept.

Quality of service 1 with a lasting session: what was not acknowledged the broker sends again, to
this process or the next. A message is acknowledged after its readings are committed, so nothing is
lost when the database or this process goes away; what comes twice is known by device and moment.
"""

from __future__ import annotations

import logging
import queue
import ssl
import time
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from linli.kernel.errors import BadInput
from linli.sensors.models import Sender
from linli.sensors.rules.incoming import Item, read_message
from linli.sensors.rules.kinds import Reason
from linli.sensors.services.taking import note_refusals, take

log = logging.getLogger(__name__)
AT_ONCE = 1_000  # messages of one transaction
IN_FLIGHT = 4_000  # messages the broker may send before the first is acknowledged
SESSION_S = 7 * 86_400  # how long the broker keeps what comes while nobody listens
LONGEST_PAUSE_S = 30.0


class Broker(NamedTuple):
    """Where to listen: of mqtt://name:secret@host:1883/prefix, mqtts:// for TLS."""

    host: str
    port: int
    tls: bool
    username: str
    password: str
    prefix: str


class Arrived(NamedTuple):
    """A message that waits to be kept; its number is known to the broker within its `session`."""

    session: int
    mid: int
    qos: int
    topic: str
    body: bytes


def broker_of(url: str) -> Broker:
    """Raises BadInput for an address that is none of a broker."""
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise BadInput(
            "LINLI_MQTT_URL: mqtt://name:secret@host:1883/prefix, or mqtts:// for TLS.",
            field="LINLI_MQTT_URL",
        )
    tls = parts.scheme == "mqtts"
    return Broker(
        parts.hostname, parts.port or (8883 if tls else 1883), tls,
        unquote(parts.username or ""), unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "linli",
    )  # fmt: skip


class Listener:
    """One subscription. `run` blocks until `stop`; the network has a thread of its own."""

    def __init__(self, broker: Broker, *, client_id: str, ca_file: str = "") -> None:
        self._broker = broker
        self._arrived: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self._stopping = False
        self._session = 0
        self.taken = 0
        self._client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=mqtt.MQTTv5, manual_ack=True
        )
        if broker.username:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls:
            client.tls_set(ca_file or None, cert_reqs=ssl.CERT_REQUIRED)
        client.reconnect_delay_set(1, int(LONGEST_PAUSE_S))
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._message

    def run(self) -> None:
        """Listen until told to stop. The broker may be away at the start, and later."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's
        properties.SessionExpiryInterval = SESSION_S
        properties.ReceiveMaximum = IN_FLIGHT
        self._client.connect_async(
            self._broker.host, self._broker.port, keepalive=30, clean_start=False,
            properties=properties,
        )  # fmt: skip
        self._client.loop_start()
        try:
            while not self._stopping:
                self._keep(self._waiting())
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def stop(self) -> None:
        """End `run` after the transaction under way."""
        self._stopping = True

    # -- the network's thread ---------------------------------------------------------------------
    def _connected(self, client: mqtt.Client, *given: object) -> None:
        flags, reason = given[1:3]
        if not getattr(flags, "session_present", False):
            self._session += 1  # the broker has forgotten: the same numbers are other messages now
        if getattr(reason, "is_failure", False):
            log.warning("sensors.mqtt refused=%s", reason)
            return
        prefix = self._broker.prefix
        client.subscribe([(f"{prefix}/devices/+/readings", 1), (f"{prefix}/batches/+", 1)])
        log.info("sensors.mqtt connected=%s:%s", self._broker.host, self._broker.port)

    def _disconnected(self, client: mqtt.Client, *given: object) -> None:
        if not self._stopping:
            log.warning("sensors.mqtt disconnected=%s", given[2])

    def _message(self, client: mqtt.Client, data: object, message: mqtt.MQTTMessage) -> None:
        self._arrived.put(
            Arrived(self._session, message.mid, message.qos, message.topic, bytes(message.payload))
        )

    # -- the database's ----------------------------------------------------------------------------
    def _waiting(self) -> list[Arrived]:
        """What is there, without waiting for more: under load a transaction takes more at once."""
        try:
            found = [self._arrived.get(timeout=0.5)]
        except queue.Empty:
            return []
        while len(found) < AT_ONCE:
            try:
                found.append(self._arrived.get_nowait())
            except queue.Empty:
                break
        return found

    def _keep(self, arrived: list[Arrived]) -> None:
        """Keep them and acknowledge; while the database is away, try again and hold them."""
        pause = 0.5
        while arrived:
            try:
                keep_messages(
                    [(one.topic, one.body) for one in arrived], prefix=self._broker.prefix
                )
            except (OperationalError, InterfaceError) as trouble:
                if self._stopping:
                    return  # not acknowledged: the broker keeps them
                log.warning("sensors.mqtt database=%s", str(trouble).splitlines()[0][:120])
                close_old_connections()
                self._pause(pause)
                pause = min(LONGEST_PAUSE_S, pause * 2)
                continue
            for one in arrived:
                if one.qos and one.session == self._session:
                    self._client.ack(one.mid, one.qos)
            self.taken += len(arrived)
            return

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stopping:
            time.sleep(0.1)


def keep_messages(
    messages: list[tuple[str, bytes]], *, prefix: str, clock: Callable[[], datetime] = timezone.now
) -> int:
    """Take what lies on these topics; how many readings were new. `PREFIX/devices/CODE/readings`
    brings readings of one device, `PREFIX/batches/SENDER` of the devices of one sender. What cannot
    be read is counted among the refusals, for the broker would only send it again."""
    now = clock()
    alone: dict[int, Item] = {}
    batches: dict[str, dict[int, Item]] = {}
    refused: list[tuple[str, str, str]] = []
    for topic, body in messages:
        kind, _slash, rest = topic.removeprefix(f"{prefix}/").partition("/")
        name = rest.removesuffix("/readings") if kind == "devices" else rest
        try:
            message = read_message(body, device=name if kind == "devices" else "")
        except BadInput as refusal:
            refused.append((name, Reason.UNREADABLE, str(refusal)))
            continue
        refused += [(one.code or name, Reason.UNREADABLE, one.sentence) for one in message.faults]
        into = alone if kind == "devices" else batches.setdefault(name, {})
        into.update({len(into) + n: item for n, item in enumerate(message.items.values())})
    new = take(alone, now=now).new if alone else 0
    if batches:
        known = dict(Sender.objects.filter(code__in=batches, active=True).values_list("code", "pk"))
        for name, items in batches.items():
            if name in known:
                new += take(items, now=now, sender_id=known[name]).new
            else:
                refused.append((name, Reason.UNKNOWN, ""))
    note_refusals(refused, now=now)
    return new
