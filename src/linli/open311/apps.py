from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Open311Config(AppConfig):
    name = "linli.open311"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.deliveries.rules import DeliveryKind, register_deliveries
        from linli.kernel.navigation import NavItem, register
        from linli.notices.rules import NoticeKind, register_notices
        from linli.open311 import policy
        from linli.open311.queries.exchange import labels
        from linli.open311.services import answering, choosing, sending
        from linli.staff.rules import register_grants

        register_grants(
            {
                policy.GRANT_REPORT: _("Send reports by Open311"),
                policy.GRANT_EXCHANGE: _("See and steer what is sent to other systems"),
            },
            kind="work",
        )
        register_grants({policy.GRANT_SETTINGS: _("Set up Open311")}, kind="system")
        register_actions(
            {
                "open311.changed": _("Changed how Open311 is set up"),
                "open311.retried": _("Sent a case to another system again"),
                "open311.dropped": _("Gave up sending a case to another system"),
            }
        )
        register_notices(
            NoticeKind(
                answering.NOTICE,
                _("%(name)s has closed %(number)s: please report back"),
                "arrow-back-up",
            )
        )
        register_deliveries(
            DeliveryKind(
                code=choosing.KIND,
                label=_("Case to another system (Open311)"),
                send=sending.send,
                settled=sending.settled,
                labels=labels,
            )
        )
        register(
            NavItem(label=_("Open311"), url_name="open311:overview", icon="link",
                    grants=(policy.GRANT_SETTINGS,), order=445, section=_("Rules of work"),
                    alone=True),
            NavItem(label=_("Sent on"), url_name="open311:forwards", icon="send",
                    grants=(policy.GRANT_EXCHANGE,), order=45, section=_("Cases")),
        )  # fmt: skip
