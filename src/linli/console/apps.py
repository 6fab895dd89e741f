from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    name = "linli.console"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.console.rules.areas import ENTRIES
        from linli.console.services.outward import tell_of_given_up
        from linli.console.services.staging import ERRANDS
        from linli.deliveries.rules import when_given_up
        from linli.errands.rules import register_errands
        from linli.kernel.navigation import register, register_badges
        from linli.notices.rules import NoticeKind, register_notices
        from linli.staff.rules import register_grants

        # The territory and the outbox lie below staff, so that their grants are named here.
        register_grants({"territory.edit": _("Edit regions, grids and cells")}, kind="system")
        register_grants({"deliveries.manage": _("Look after what goes out")}, kind="system")
        register_notices(
            NoticeKind(
                "deliveries.given_up",
                _("Deliveries to %(target)s were given up. See why, and send them again."),
                "alert-triangle",
            )
        )
        when_given_up(tell_of_given_up)
        register_badges(_badges)
        register_actions(ACTIONS)
        register(*ENTRIES)
        register_errands(*ERRANDS)


def _badges(user: Any) -> dict[str, int]:
    """What was given up, for those who look after deliveries. One query, none for others."""
    if not (user.has_grant("deliveries.manage") or user.has_grant("webhooks.manage")):
        return {}
    from linli.console.queries.outward import kind_for
    from linli.deliveries.queries import dead_count

    return {"deliveries.given_up": dead_count(kind=kind_for(user))}


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
