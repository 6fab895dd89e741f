from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class EvaluationConfig(AppConfig):
    name = "linli.evaluation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.cases.services.hearing import when_written
        from linli.evaluation.services.following import touch, touch_ground
        from linli.kernel.navigation import NavItem, register
        from linli.staff.rules import register_grants
        from linli.staff.services.hearing import when_backdated

        register_grants(GRANTS, kind="work")
        register_actions(ACTIONS)
        when_written(touch)
        when_backdated(touch_ground)
        post_migrate.connect(_keep_formulas, sender=self)
        register(
            NavItem(label=_("Evaluation"), url_name="evaluation:figures", icon="chart-bar",
                    grants=("evaluation.see",), order=60, section=_("Figures and appraisal")),
            NavItem(label=_("My figures"), url_name="evaluation:mine", icon="user",
                    grants=("cases.see",), order=62, section=_("Figures and appraisal")),
        )  # fmt: skip


def _keep_formulas(using: str, **_more: Any) -> None:
    from linli.evaluation.services.seeding import keep_formulas

    keep_formulas(using=using)


GRANTS = {
    "evaluation.see": _("See the figures of regions and units"),
    "evaluation.people": _("See the figures of posts"),
    "evaluation.freeze": _("Close periods and count them again"),
    "evaluation.formulas": _("Write and publish formulas"),
}
ACTIONS = {
    "evaluation.drafted": _("Began a draft of formulas"),
    "evaluation.edited": _("Edited a formula"),
    "evaluation.dropped": _("Dropped a draft of formulas"),
    "evaluation.published": _("Published formulas"),
    "evaluation.froze": _("Closed a period"),
    "evaluation.exported": _("Exported figures"),
}
