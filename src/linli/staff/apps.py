from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "linli.staff"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Staff"

    def ready(self) -> None:
        from linli.audit.rules import register_actions
        from linli.kernel import versions
        from linli.notices.rules import NoticeKind, register_notices
        from linli.staff.rules import register_grants

        versions.register("staff.units", "SELECT stamp FROM staff_staffstate WHERE id = 1")
        register_grants(COMMON_GRANTS, kind="common")
        register_grants(SYSTEM_GRANTS, kind="system")
        register_grants(SECURITY_GRANTS, kind="security")
        register_notices(
            NoticeKind(
                "audit.broken",
                _(
                    "Entries %(entries)s of the access log do not fit their seal. Keep the"
                    " database as it is and call the security administrator."
                ),
                "alert-triangle",
            )
        )
        register_grants({"audit.see": _("Read the access log")}, kind="audit")
        register_actions(ACTIONS)
        post_migrate.connect(_keep_grants, sender=self)
        post_migrate.connect(_keep_templates, sender=self)
        user_logged_in.connect(_signed_in)
        user_logged_out.connect(_signed_out)
        user_login_failed.connect(_sign_in_failed)


COMMON_GRANTS = {"staff.duties": _("Appoint grid workers and substitutes")}
SYSTEM_GRANTS = {
    "staff.units": _("Edit units"),
    "staff.accounts": _("Open and close accounts"),
}
SECURITY_GRANTS = {
    "staff.posts": _("Give and end posts, edit their permissions"),
    "staff.sessions": _("End sessions, unlock accounts"),
    "staff.tokens": _("Issue and revoke tokens"),
}
ACTIONS = {
    "audit.verified": _("Verified the seals of the access log"),
    "staff.signed_in": _("Signed in"),
    "staff.signed_out": _("Signed out"),
    "staff.idled_out": _("Signed out after no activity"),
    "staff.sign_in_failed": _("Wrong user name or password"),
    "staff.session_ended": _("Ended sessions"),
    "staff.account_opened": _("Opened an account"),
    "staff.account_edited": _("Edited an account"),
    "staff.account_closed": _("Closed an account"),
    "staff.account_reopened": _("Reopened an account"),
    "staff.account_unlocked": _("Unlocked an account"),
    "staff.password_changed": _("Changed the own password"),
    "staff.password_reset": _("Gave a new first password"),
    "staff.unit_added": _("Added a unit"),
    "staff.unit_edited": _("Edited a unit"),
    "staff.post_given": _("Gave a post"),
    "staff.post_edited": _("Edited a post"),
    "staff.post_ended": _("Ended a post"),
    "staff.template_edited": _("Edited a post template"),
    "staff.worker_appointed": _("Appointed a grid worker"),
    "staff.duty_ended": _("Ended a grid duty"),
    "staff.described_self": _("Said something of themselves, or took it back"),
    "staff.portrait_shown": _("Let the board show their picture"),
    "staff.portrait_taken_back": _("Took their picture back from the board"),
    "staff.token_issued": _("Issued a token"),
    "staff.token_revoked": _("Revoked a token"),
}


def _keep_grants(using: str, **_signal: Any) -> None:
    """Tell the database which grants there are (the trigger on posts asks it)."""
    from linli.staff.services import keep_grants

    keep_grants(using=using)


def _keep_templates(using: str, **_signal: Any) -> None:
    """Let the roles that nobody has changed follow the program."""
    from linli.staff.services import keep_templates

    keep_templates(using=using)


def _signed_in(user: Any, **_signal: Any) -> None:
    from linli.staff.services import record_login

    record_login(user=user, now=timezone.now())


def _signed_out(user: Any, **_signal: Any) -> None:
    from linli.staff.services import record_logout

    if user is not None:
        record_logout(user=user, now=timezone.now())


def _sign_in_failed(credentials: dict[str, Any], **_signal: Any) -> None:
    from linli.staff.services import record_failed_login

    record_failed_login(username=str(credentials.get("username", "")), now=timezone.now())
