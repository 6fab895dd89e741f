from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "linli.staff"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Staff"

    def ready(self) -> None:
        from linli.staff.rules import register_grants

        register_grants(
            {
                "staff.units": _("Edit units"),
                "staff.accounts": _("Open and close accounts"),
            },
            kind="system",
        )
        register_grants(
            {
                "staff.posts": _("Give and end posts, edit their permissions"),
                "staff.sessions": _("End sessions, unlock accounts"),
                "staff.tokens": _("Issue and revoke tokens"),
            },
            kind="security",
        )
        register_grants({"audit.see": _("Read the access log")}, kind="audit")
        post_migrate.connect(_keep_grants, sender=self)


def _keep_grants(using: str, **_signal: Any) -> None:
    """Tell the database which grants there are (the trigger on posts asks it)."""
    from linli.staff.services import keep_grants

    keep_grants(using=using)
