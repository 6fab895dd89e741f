from django.apps import AppConfig


class MapsConfig(AppConfig):
    name = "linli.maps"
    default_auto_field = "django.db.models.BigAutoField"
