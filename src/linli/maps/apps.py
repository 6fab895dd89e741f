from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MapsConfig(AppConfig):
    name = "linli.maps"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.kernel.navigation import NavItem, register
        from linli.staff.rules import register_grants

        register_grants({"maps.count_few": _("See numbers of households below five")}, kind="work")
        register(
            NavItem(label=_("Map"), url_name="maps:map", icon="map", grants=("cases.see",),
                    order=25, section=_("Cases")),
        )  # fmt: skip
