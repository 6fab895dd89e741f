from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkordersConfig(AppConfig):
    name = "linli.workorders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.cases.queries.badges import count_too
        from linli.cases.services.hearing import when_written
        from linli.deliveries.rules import register_deliveries
        from linli.kernel.navigation import NavItem, register
        from linli.staff.rules import register_grants
        from linli.workorders import policy
        from linli.workorders.queries.orders import waiting
        from linli.workorders.services.telling import TELLING, hear

        register_grants(
            {policy.GRANT_HANDLE: _("Take in, mend and return work orders of hotline platforms")},
            kind="work",
        )
        register_grants(
            {policy.GRANT_SETTINGS: _("Set up hotline platforms that send work orders")},
            kind="system",
        )
        register_actions(ACTIONS)
        register_deliveries(TELLING)
        when_written(hear)
        register(
            NavItem(label=_("Work orders"), url_name="workorders:orders", icon="inbox",
                    grants=(policy.GRANT_HANDLE,), badge_key="work_orders", order=44,
                    section=_("Hotline and work orders"), alone=True),
            NavItem(label=_("Hotline platforms"), url_name="workorders:platforms", icon="link",
                    grants=(policy.GRANT_SETTINGS,), order=446, section=_("Rules of work")),
        )  # fmt: skip
        count_too(waiting, most=1_000)


ACTIONS = {
    "workorders.changed": _("Changed how a hotline platform is set up"),
    "workorders.secret": _("Gave a hotline platform a new key"),
    "workorders.retried": _("Had held work orders read again"),
    "workorders.taken": _("Let a held work order become a case"),
    "workorders.joined": _("Joined a work order to a case"),
    "workorders.mended": _("Mended a work order"),
    "workorders.shown": _("Looked at the message of a work order"),
    "workorders.returned": _("Returned a work order"),
    "workorders.extension": _("Asked for more time for a work order"),
}
