from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanningConfig(AppConfig):
    name = "linli.planning"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.errands.rules import register_errands
        from linli.planning.services.proposing import PLANS

        register_errands(PLANS)
        register_actions(
            {
                "planning.proposed": _("Had grids proposed"),
                "planning.adjusted": _("Adjusted a plan of grids"),
                "planning.adopted": _("Adopted a plan of grids"),
                "planning.dropped": _("Dropped a plan of grids"),
                "planning.scheme": _("Changed a scheme of grids"),
                "planning.population": _("Counted the residents of a grid"),
                "planning.profile": _("Changed how a community is staffed"),
            }
        )
