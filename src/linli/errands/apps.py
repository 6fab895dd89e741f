from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ErrandsConfig(AppConfig):
    name = "linli.errands"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.errands.queries import figures
        from linli.kernel.health import register_figures

        register_actions(
            {
                "errands.fetched": _("Downloaded the file of a background job"),
                "errands.cancelled": _("Cancelled a background job"),
            }
        )
        register_figures(figures)
