from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "linli.config"
    label = "linli_config"
