from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoutingConfig(AppConfig):
    name = "linli.routing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.kernel import versions
        from linli.notices.rules import NoticeKind, register_notices
        from linli.routing.queries.snapshot import VERSION
        from linli.staff.rules import register_grants

        versions.register("routing", VERSION)
        register_grants(GRANTS, kind="common")
        register_actions(ACTIONS)
        register_notices(
            NoticeKind(
                "routing.broken",
                _("Routing rule “%(rule)s” cannot serve: %(fault)s The list serves instead."),
                "alert-triangle",
            )
        )


# Common: the system administrator writes rules without seeing a case, a duty chief may do so too.
GRANTS = {
    "routing.edit": _("Write, try and publish routing rules"),
    "routing.see": _("Read routing rules and their trials"),
}
ACTIONS = {
    "routing.drafted": _("Began a draft of routing rules"),
    "routing.edited": _("Edited a routing rule"),
    "routing.removed": _("Removed a routing rule"),
    "routing.moved": _("Moved a routing rule"),
    "routing.tried": _("Tried routing rules on past cases"),
    "routing.published": _("Published routing rules"),
    "routing.dropped": _("Dropped a draft of routing rules"),
}
