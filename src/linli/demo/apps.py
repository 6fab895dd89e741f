from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class DemoConfig(AppConfig):
    name = "linli.demo"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_keep_demo, sender=self)


def _keep_demo(using: str, **_signal: Any) -> None:
    """A demo city of an older version works as one of this version does."""
    from linli.demo.services import making

    if using == "default" and "staff_unit" in connections[using].introspection.table_names():
        making.keep()
