from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "linli.kernel"
    default_auto_field = "django.db.models.BigAutoField"
