from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BulletinsConfig(AppConfig):
    name = "linli.bulletins"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.kernel.navigation import NavItem, register
        from linli.staff.rules import register_grants

        register_grants(GRANTS, kind="work")
        register_actions(ACTIONS)
        register(
            NavItem(label=_("Bulletins"), url_name="bulletins:bulletins", icon="file-text",
                    grants=tuple(GRANTS), order=63, section=_("Figures and appraisal")),
        )  # fmt: skip


GRANTS = {
    "bulletins.see": _("Read bulletins that are published"),
    "bulletins.write": _("Write bulletins and publish signed ones"),
    "bulletins.review": _("Review bulletins"),
    "bulletins.sign": _("Sign and withdraw bulletins"),
    "bulletins.templates": _("Change the templates of bulletins"),
}
ACTIONS = {
    "bulletins.begin": _("Began a bulletin"),
    "bulletins.edit": _("Edited a bulletin"),
    "bulletins.submit": _("Sent a bulletin for review"),
    "bulletins.review": _("Approved a bulletin"),
    "bulletins.send_back": _("Sent a bulletin back"),
    "bulletins.sign": _("Signed a bulletin"),
    "bulletins.publish": _("Published a bulletin"),
    "bulletins.withdraw": _("Withdrew a bulletin"),
    "bulletins.taken": _("Took a bulletin away as a file"),
    "bulletins.template_added": _("Added a template of bulletins"),
    "bulletins.template_retired": _("Took a template of bulletins out of use"),
}
