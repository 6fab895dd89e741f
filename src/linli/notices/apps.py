from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "linli.notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured

        from linli.audit.rules import register_actions
        from linli.deliveries.rules import register_deliveries
        from linli.kernel.signatures import is_secret
        from linli.notices.services.messages import MESSAGES

        if settings.BOUNCE_SECRET and not is_secret(settings.BOUNCE_SECRET):
            raise ImproperlyConfigured(
                "LINLI_BOUNCE_SECRET needs 16 bytes or more in base64, such as"
                " `openssl rand -base64 32` gives."
            )
        register_deliveries(MESSAGES)
        register_actions(
            {
                "notices.retried": _("Sent a message again"),
                "notices.worded": _("Changed the words of a message"),
                "notices.quietened": _("Changed quiet hours"),
            }
        )
