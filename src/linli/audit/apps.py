from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "linli.audit"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Audit"

    def ready(self) -> None:
        from linli.audit.queries import figures
        from linli.audit.rules import register_actions
        from linli.kernel.health import register_figures

        register_actions(
            {
                "audit.read": _("Read the access log"),
                "audit.forgotten": _("Let go entries older than three years"),
            }
        )
        register_figures(figures)
