from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "linli.staff"
    default_auto_field = "django.db.models.BigAutoField"
