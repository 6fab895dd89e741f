"""A worker to be killed: the real one, with a kind of letter that only the tests write."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402  needs the apps

from linli.notices.rules import MessageKind, register_messages  # noqa: E402
from tests.deliveries import kinds as deliveries  # noqa: E402, F401  signs its kinds in
from tests.errands import kinds  # noqa: E402, F401  signs its kinds of errands in

KIND = MessageKind("test.letter", "About %(number)s", "Case %(number)s.", "%(number)s")
register_messages(KIND)

if __name__ == "__main__":
    call_command("procrastinate", "worker", *sys.argv[1:])
