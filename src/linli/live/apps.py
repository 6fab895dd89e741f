from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "linli.live"
    default_auto_field = "django.db.models.BigAutoField"
