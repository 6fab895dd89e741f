from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComponentsConfig(AppConfig):
    name = "linli.components"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.components.services.exporting import EXPORT
        from linli.components.services.uploading import APPLYING, READING
        from linli.errands.rules import register_errands
        from linli.staff.rules import register_grants

        register_grants(GRANTS, kind="common")
        register_grants(WORK_GRANTS, kind="work")
        register_grants(SYSTEM_GRANTS, kind="system")
        register_actions(ACTIONS)
        register_errands(READING, APPLYING, EXPORT)


GRANTS = {"components.see": _("See components of the region, grids or unit")}
WORK_GRANTS = {
    "components.inspect": _("Note the state and condition of components"),
    "components.export": _("Export lists of components"),
}
SYSTEM_GRANTS = {"components.import": _("Import components, approve a census")}
ACTIONS = {
    "components.imported": _("Imported components"),
    "components.import_dropped": _("Dropped an import of components"),
    "components.exported": _("Exported components"),
}
