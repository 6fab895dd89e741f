from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "linli.notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.deliveries.rules import register_deliveries
        from linli.notices.services.messages import MESSAGES

        register_deliveries(MESSAGES)
        register_actions(
            {
                "notices.retried": _("Sent a message again"),
                "notices.worded": _("Changed the words of a message"),
                "notices.quietened": _("Changed quiet hours"),
            }
        )
