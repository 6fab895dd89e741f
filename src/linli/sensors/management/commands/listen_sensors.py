"""Listen to the broker of MQTT that LINLI_MQTT_URL names; bin/run starts it where that is set."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from linli.kernel.errors import BadInput
from linli.sensors.services.listening import Listener, broker_of


class Command(BaseCommand):
    help = "Take in the readings of sensors from the broker that LINLI_MQTT_URL names."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MQTT_URL:
            raise CommandError("LINLI_MQTT_URL names no broker. docs/howto/connect-sensors.md")
        try:
            broker = broker_of(settings.MQTT_URL)
        except BadInput as refusal:
            raise CommandError(str(refusal)) from None
        listener = Listener(
            broker, client_id=settings.MQTT_CLIENT_ID, ca_file=settings.MQTT_CA_FILE
        )

        def stop(number: int, frame: FrameType | None) -> None:
            listener.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        listener.run()
