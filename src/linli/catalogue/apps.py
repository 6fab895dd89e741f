from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    name = "linli.catalogue"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        from linli.kernel import versions
        from linli.staff.rules import register_grants

        versions.register("catalogue", "SELECT version FROM catalogue_cataloguestate")
        register_grants(
            {"catalogue.edit": _("Edit classes, limits, responsibility and the calendar")},
            kind="system",
        )
