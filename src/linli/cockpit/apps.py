from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

#: Who leads: the grants that open these pages.
LEADS = ("cases.supervise", "cases.comment", "cases.sign")


class CockpitConfig(AppConfig):
    name = "linli.cockpit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.kernel.navigation import NavItem, register

        register(
            NavItem(label=_("Overview"), url_name="cockpit:today", icon="gauge", grants=LEADS,
                    order=5, section=_("Cases")),
        )  # fmt: skip
