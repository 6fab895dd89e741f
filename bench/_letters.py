"""Carriers of letters that note to whom, one line a letter in the file LINLI_BENCH_LETTERS."""

from __future__ import annotations

import os
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def note(address: str) -> None:
    """Keep who was written to."""
    with open(os.environ["LINLI_BENCH_LETTERS"], "a", encoding="utf-8") as carried:
        carried.write(f"{address}\n")


class Backend(BaseEmailBackend):
    """For e-mail: LINLI_EMAIL_BACKEND=bench._letters.Backend."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            note(message.to[0])
        return len(email_messages)


class Texts:
    """For text messages: LINLI_SMS_CARRIER=bench._letters.Texts."""

    def send(self, phone: str, words: str) -> None:
        note(phone)
