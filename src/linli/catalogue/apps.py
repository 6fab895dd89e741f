from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "linli.catalogue"
    default_auto_field = "django.db.models.BigAutoField"
