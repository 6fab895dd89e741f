from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalysisConfig(AppConfig):
    name = "linli.analysis"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.analysis import policy
        from linli.audit.rules import register_actions
        from linli.kernel.navigation import NavItem, register
        from linli.notices.rules import (
            MessageKind,
            NoticeKind,
            register_messages,
            register_notices,
        )
        from linli.staff.rules import register_grants

        register_grants({policy.SEE: _("Ask for figures by one's own questions")}, kind="work")
        register_actions(ACTIONS)
        ready = _("An analysis that you have asked for is ready.")
        register_notices(NoticeKind("analysis.ready", ready, "chart-bar"))
        register_messages(MessageKind(*LETTER, stopped_at="stop"))
        register(
            NavItem(label=_("Analysis"), url_name="analysis:ask", icon="chart-bar",
                    grants=(policy.SEE,), order=59, section=_("Figures and appraisal")),
        )  # fmt: skip


ACTIONS = {
    "analysis.exported": _("Exported an analysis"),
    "analysis.shared": _("Shared an analysis"),
}
LETTER = (
    "analysis.sent",
    _("%(name)s, %(period)s"),
    _("%(name)s\n%(period)s\n\n%(table)s\n\n%(link)s\n\nTo stop these letters: %(stop)s"),
    _("%(name)s, %(period)s: %(link)s"),
)
