from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "linli.portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.kernel.navigation import NavItem, register

        register(
            NavItem(label=_("Contact cards"), url_name="portal:cards", icon="qrcode",
                    grants=("staff.duties",), order=355, section=_("People")),
        )  # fmt: skip
