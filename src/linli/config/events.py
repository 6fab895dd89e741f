"""The event stream alone: served by granian over ASGI (docs/adr/0001)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")
django.setup()

from linli.live.stream import application  # noqa: E402  needs the apps

__all__ = ["application"]
