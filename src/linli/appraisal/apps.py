from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AppraisalConfig(AppConfig):
    name = "linli.appraisal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from linli.appraisal.queries.sheets import waiting
        from linli.audit.rules import register_actions
        from linli.cases.queries.badges import count_too
        from linli.kernel.navigation import NavItem, register
        from linli.notices.rules import NoticeKind, register_notices
        from linli.staff.rules import register_grants
        from linli.staff.services.templates import when_seeded

        register_grants(GRANTS, kind="work")
        register_actions(ACTIONS)
        register_notices(*(NoticeKind(code, words, icon) for code, words, icon in NOTICES))
        post_migrate.connect(_keep_schemes, sender=self)
        when_seeded(_keep_schemes)
        section = _("Figures and appraisal")
        register(
            NavItem(label=_("Appraisal"), url_name="appraisal:sheets", icon="clipboard-check",
                    grants=tuple(GRANTS), badge_key="appraisal", order=61, section=section),
            NavItem(label=_("My appraisal"), url_name="appraisal:mine", icon="clipboard-list",
                    grants=("cases.see",), badge_key="appraisal_own", order=62, section=section),
        )  # fmt: skip
        count_too(waiting, most=1_000)


def _keep_schemes(using: str = "default", **_more: Any) -> None:
    from linli.appraisal.services.seeding import keep_schemes

    keep_schemes(using=using)


GRANTS = {
    "appraisal.open": _("Open, archive, drop and correct sheets of appraisal"),
    "appraisal.score": _("Score sheets of appraisal"),
    "appraisal.review": _("Review sheets of appraisal and show them to the worker"),
    "appraisal.hear": _("Decide appeals against sheets of appraisal"),
    "appraisal.sign": _("Sign sheets of appraisal"),
    "appraisal.schemes": _("Write schemes of appraisal"),
}
ACTIONS = {
    "appraisal.opened": _("Opened the sheets of a month"),
    "appraisal.moved": _("Moved a sheet of appraisal"),
    "appraisal.scored": _("Entered points on a sheet of appraisal"),
    "appraisal.seen": _("Looked at a sheet of appraisal"),
    "appraisal.exported": _("Took sheets of appraisal away as a file"),
    "appraisal.scheme_made": _("Wrote a scheme of appraisal"),
}
NOTICES = (
    ("appraisal.opened", _("Your sheet for %(month)s is open: please send your self-report."),
     "clipboard-list"),
    ("appraisal.shown", _("Your sheet for %(month)s can be read; you may appeal until %(until)s."),
     "clipboard-check"),
    ("appraisal.moved", _("Your sheet for %(month)s is now: %(state)s"), "clipboard-check"),
    ("appraisal.to_hear", _("An appeal against a sheet of %(month)s waits for you."), "scale"),
)  # fmt: skip
