from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeliveriesConfig(AppConfig):
    name = "linli.deliveries"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.deliveries.queries import figures
        from linli.kernel.health import register_figures

        register_actions(
            {
                "deliveries.replayed": _("Sent deliveries again"),
                "deliveries.dropped": _("Dropped deliveries"),
                "deliveries.tried": _("Had deliveries tried at once"),
            }
        )
        register_figures(figures)
