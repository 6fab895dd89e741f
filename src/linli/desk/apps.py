from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "linli.desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.cases.queries.badges import count_too
        from linli.desk.queries.inbox import waiting
        from linli.desk.services import CASES
        from linli.errands.rules import register_errands
        from linli.kernel.navigation import NavItem, register

        section = _("Cases")
        register(
            NavItem(label=_("Inbox"), url_name="desk:inbox", icon="inbox", grants=("cases.see",),
                    badge_key="inbox", order=10, section=section, alone=True),
            NavItem(label=_("All cases"), url_name="desk:cases", icon="list-details",
                    grants=("cases.see",), order=20, section=section),
            NavItem(label=_("Take in a report"), url_name="desk:intake", icon="phone-call",
                    grants=("cases.intake",), order=30, section=section),
            NavItem(label=_("Components"), url_name="desk:components", icon="map-pin",
                    grants=("components.see",), order=40, section=section),
            # beside the rules it is there to mend: administrators read it too
            NavItem(label=_("Sent back"), url_name="desk:returned", icon="arrow-back-up",
                    grants=("routing.see",), order=416, section=_("Rules of work")),
        )  # fmt: skip
        count_too(waiting)
        register_errands(CASES)
