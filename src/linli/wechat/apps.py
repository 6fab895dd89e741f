from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WechatConfig(AppConfig):
    name = "linli.wechat"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.cases.services.hearing import when_written
        from linli.deliveries.rules import register_deliveries
        from linli.kernel.navigation import NavItem, register
        from linli.staff.rules import register_grants
        from linli.wechat import policy
        from linli.wechat.services import telling

        register_grants({policy.GRANT_SETTINGS: _("Set up WeChat accounts")}, kind="system")
        register_actions({"wechat.changed": _("Changed how a WeChat account is set up")})
        register_deliveries(telling.NEWS)
        when_written(telling.tell_reporters)
        register(
            NavItem(label=_("WeChat"), url_name="wechat:overview", icon="message-circle",
                    grants=(policy.GRANT_SETTINGS,), order=446, section=_("Rules of work"),
                    alone=True),
        )  # fmt: skip
