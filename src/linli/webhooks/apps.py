from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    name = "linli.webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.cases.services.hearing import when_written
        from linli.deliveries.rules import register_deliveries
        from linli.notices.rules import NoticeKind, register_notices
        from linli.staff.rules import register_grants
        from linli.webhooks.services import WEBHOOKS, tell_subscribers

        # Like tokens: another system is let in, as a post.
        register_grants({"webhooks.manage": _("Set up webhooks")}, kind="security")
        register_actions(ACTIONS)
        register_notices(
            NoticeKind(
                "webhooks.broken",
                _("The webhook “%(name)s” was switched off: nothing arrives any more."),
                "alert-triangle",
            )
        )
        register_deliveries(WEBHOOKS)
        when_written(tell_subscribers)


ACTIONS = {
    "webhooks.subscribed": _("Set up a webhook"),
    "webhooks.changed": _("Changed a webhook"),
    "webhooks.rotated": _("Gave a webhook a new secret"),
    "webhooks.switched": _("Switched a webhook on or off"),
    "webhooks.broken": _("Switched off a webhook that fails"),
    "webhooks.ended": _("Ended a webhook"),
}
