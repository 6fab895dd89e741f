"""Every change to accounts, units, posts and tokens."""

from linli.staff.services.accounts import (
    change_password,
    choose_language,
    close_account,
    edit_account,
    open_account,
    reopen_account,
    reset_password,
    unlock_account,
)
from linli.staff.services.duties import appoint_worker, end_duty
from linli.staff.services.grants import keep_grants
from linli.staff.services.portraits import show_portrait, take_portrait_back
from linli.staff.services.posts import edit_post, end_post, extend_posts, give_post
from linli.staff.services.profiles import describe_self
from linli.staff.services.sessions import (
    end_session,
    end_sessions_of,
    record_failed_login,
    record_login,
    record_logout,
)
from linli.staff.services.templates import edit_template, keep_templates, seed_templates
from linli.staff.services.tokens import IssuedToken, issue_token, revoke_token
from linli.staff.services.units import add_unit, edit_unit
from linli.staff.services.watching import verify_audit

__all__ = [
    "IssuedToken",
    "add_unit",
    "appoint_worker",
    "change_password",
    "choose_language",
    "close_account",
    "describe_self",
    "edit_account",
    "edit_post",
    "edit_template",
    "edit_unit",
    "end_duty",
    "end_post",
    "end_session",
    "end_sessions_of",
    "extend_posts",
    "give_post",
    "issue_token",
    "keep_grants",
    "keep_templates",
    "open_account",
    "record_failed_login",
    "record_login",
    "record_logout",
    "reopen_account",
    "reset_password",
    "revoke_token",
    "seed_templates",
    "show_portrait",
    "take_portrait_back",
    "unlock_account",
    "verify_audit",
]
