from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarksConfig(AppConfig):
    name = "linli.marks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.staff.rules import register_grants

        register_grants(GRANTS, kind="work")
        register_actions(ACTIONS)


GRANTS = {
    "marks.share": _("Mark places on the map for one's unit and for everybody"),
    "marks.manage": _("Change and remove the shared marks of one's unit and those below"),
}
ACTIONS = {
    "marks.added": _("Marked a place on the map"),
    "marks.changed": _("Changed a mark on the map"),
    "marks.removed": _("Removed a mark from the map"),
}
