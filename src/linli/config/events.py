"""The event stream alone: served by granian over ASGI (docs/adr/0001)."""

import os

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")
settings.PROCRASTINATE_AUTODISCOVER_MODULE_NAME = None  # nobody here queues or does a job
django.setup()
settings.ROOT_URLCONF = "linli.config.urls_of_events"

from linli.live.stream import application  # noqa: E402  needs the apps

__all__ = ["application"]
