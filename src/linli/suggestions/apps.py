from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SuggestionsConfig(AppConfig):
    name = "linli.suggestions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.staff.rules import register_grants

        register_grants({"suggestions.manage": _("Manage what is learned")}, kind="system")
        register_actions(
            {
                "suggestions.learned": _("Had a model learn"),
                "suggestions.put_in_force": _("Put a model in force"),
                "suggestions.switched": _("Changed how suggestions are shown"),
            }
        )
