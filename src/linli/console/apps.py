from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    name = "linli.console"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.console.rules.areas import ENTRIES
        from linli.console.services.staging import ERRANDS
        from linli.errands.rules import register_errands
        from linli.kernel.navigation import register
        from linli.staff.rules import register_grants

        # The territory lies below staff, so that its grant is named here.
        register_grants({"territory.edit": _("Edit regions, grids and cells")}, kind="system")
        register_actions(ACTIONS)
        register(*ENTRIES)
        register_errands(*ERRANDS)


ACTIONS = {
    "territory.cell_changed": _("Changed a cell"),
    "territory.renamed": _("Changed names of the territory"),
    "territory.redrawn": _("Changed an outline"),
    "territory.ended": _("Ended a region or grid"),
    "territory.divided": _("Changed the cells of a community"),
    "territory.repaired": _("Repaired a fault of the topology"),
    "territory.imported": _("Imported a layer of the territory"),
    "catalogue.imported": _("Imported a catalogue sheet"),
    "audit.exported": _("Exported the access log"),
}
