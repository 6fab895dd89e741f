from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HotlineConfig(AppConfig):
    name = "linli.hotline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.cases.queries.badges import count_too
        from linli.hotline import policy
        from linli.hotline.queries.calling_back import waiting
        from linli.kernel.navigation import NavItem, register
        from linli.staff.rules import register_grants

        register_grants(
            {
                policy.GRANT_EDIT: _("Edit the knowledge base of the hotline"),
                policy.GRANT_MANAGE: _("Set up the lines of the hotline and read their figures"),
            },
            kind="work",
        )
        register_actions(ACTIONS)
        section = _("Hotline and work orders")
        register(
            NavItem(label=_("Hotline"), url_name="hotline:desk", icon="headset",
                    grants=(policy.GRANT_TAKE,), order=31, section=section, alone=True),
            NavItem(label=_("Call-backs"), url_name="hotline:call_backs", icon="phone",
                    grants=(policy.GRANT_CALL_BACK,), badge_key="call_backs", order=32,
                    section=section),
            NavItem(label=_("Knowledge base"), url_name="hotline:articles", icon="books",
                    grants=policy.READERS, order=33, section=section),
            NavItem(label=_("Lines"), url_name="hotline:lines", icon="adjustments",
                    grants=(policy.GRANT_MANAGE,), order=34, section=section),
            NavItem(label=_("Figures of the lines"), url_name="hotline:figures", icon="chart-bar",
                    grants=(policy.GRANT_MANAGE,), order=35, section=section),
        )  # fmt: skip
        count_too(waiting)


ACTIONS = {
    "hotline.caller_looked_up": _("Looked up earlier calls of a caller"),
    "hotline.caller_shown": _("Looked at the number of a caller"),
    "hotline.line_changed": _("Changed a line of the hotline"),
    "hotline.article_changed": _("Changed the knowledge base of the hotline"),
}
