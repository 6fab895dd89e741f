"""Who carries text messages. No vendor is built in: a city names its own in SMS_CARRIER."""

from __future__ import annotations

import logging
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)


class CannotCarry(Exception):
    """There is nobody to carry the message; it waits for a person."""


class Rejected(Exception):
    """The carrier will never take this message; trying again is useless."""


class SmsCarrier(Protocol):
    """What a provider of text messages must do."""

    def send(self, phone: str, words: str) -> None:
        """Hand over one message. Raises OSError (try again), Rejected, CannotCarry."""


class LogCarrier:
    """Sends nothing and says so in the log, without the number and the words."""

    def send(self, phone: str, words: str) -> None:
        log.info("text message not sent", extra={"letters": len(words)})
        raise CannotCarry("No provider of text messages is set (SMS_CARRIER).")


def sms() -> SmsCarrier:
    """The carrier that the settings name (a dotted path to a class), or the one that only logs."""
    path: str = getattr(settings, "SMS_CARRIER", "")
    carrier: SmsCarrier = import_string(path)() if path else LogCarrier()
    return carrier
