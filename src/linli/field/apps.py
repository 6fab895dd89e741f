from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

#: Who works outdoors: the grants that open the phone pages.
OUTDOORS = ("cases.verify", "cases.check", "cases.self_handle")


class FieldConfig(AppConfig):
    name = "linli.field"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.cases.queries.badges import count_too
        from linli.field.queries.tasks import waiting
        from linli.kernel.navigation import NavItem, register

        register(
            NavItem(label=pgettext_lazy("tab", "Tasks"), url_name="field:tasks",
                    icon="list-check", grants=OUTDOORS, badge_key="tasks", order=10, face="field"),
            NavItem(label=pgettext_lazy("field", "Report"), url_name="field:report",
                    icon="camera-plus", grants=("cases.report",), order=20, face="field"),
            NavItem(label=pgettext_lazy("tab", "Cases"), url_name="field:cases",
                    icon="list-details", grants=("cases.see",), order=30, face="field"),
            NavItem(label=pgettext_lazy("tab", "Grid"), url_name="field:grid", icon="map-2",
                    grants=OUTDOORS, order=40, face="field"),
            NavItem(label=pgettext_lazy("tab", "Me"), url_name="field:me", icon="user-circle",
                    badge_key="notices", order=50, face="field"),
            NavItem(label=_("On site"), url_name="field:tasks", icon="walk", grants=OUTDOORS,
                    badge_key="tasks", order=5, section=_("Cases")),
        )  # fmt: skip
        count_too(waiting)
