from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "linli.demo"
    default_auto_field = "django.db.models.BigAutoField"
