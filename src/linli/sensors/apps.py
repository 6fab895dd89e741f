from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SensorsConfig(AppConfig):
    name = "linli.sensors"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.kernel.navigation import NavItem, register
        from linli.sensors import policy
        from linli.staff.rules import register_grants

        register_grants({policy.GRANT_SEE: _("See devices and their readings")}, kind="common")
        register_grants({policy.GRANT_MANAGE: _("Set up devices and their rules")}, kind="system")
        register_actions(
            {
                "sensors.changed": _("Changed devices or their rules"),
                "sensors.key_issued": _("Issued a secret to a sender of readings"),
            }
        )
        register(
            NavItem(label=_("Sensors"), url_name="sensors:devices", icon="antenna",
                    grants=(policy.GRANT_SEE,), order=47, section=_("Cases")),
            NavItem(label=_("Sensors"), url_name="sensors:devices", icon="antenna",
                    grants=(policy.GRANT_MANAGE,), order=447, section=_("Rules of work")),
        )  # fmt: skip
