"""The areas of the three administrators, as the navigation lists them (三员分立)."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.kernel.navigation import NavItem

UNITS, ACCOUNTS = "staff.units", "staff.accounts"
TERRITORY, CATALOGUE, SETTINGS = "territory.edit", "catalogue.edit", "cases.settings"
COMPONENTS: Final = "components.import"
POSTS, SESSIONS, TOKENS, DUTIES = "staff.posts", "staff.sessions", "staff.tokens", "staff.duties"
RULES: Final = ("routing.edit", "routing.see")
AUDIT: Final = "audit.see"
DELIVERIES, WEBHOOKS = "deliveries.manage", "webhooks.manage"
SUGGESTIONS: Final = "suggestions.manage"

SYSTEM: Final = (UNITS, ACCOUNTS, TERRITORY, COMPONENTS, CATALOGUE, SETTINGS, SUGGESTIONS)
SECURITY: Final = (POSTS, SESSIONS, TOKENS, WEBHOOKS)
OVERVIEW: Final = (*SYSTEM, DELIVERIES, *SECURITY, AUDIT)
SEES_ACCOUNTS: Final = (ACCOUNTS, POSTS, SESSIONS)

_PEOPLE, _GROUND, _RULES = _("People"), _("Territory"), _("Rules of work")
_OUTSIDE = _("Other systems")


def _item(
    label: object,
    url_name: str,
    icon: str,
    grants: tuple[str, ...],
    order: int,
    section: object,
    badge: str = "",
) -> NavItem:
    return NavItem(
        label=label,  # type: ignore[arg-type]  # lazy words
        url_name=f"console:{url_name}",
        icon=icon,
        grants=grants,
        order=order,
        section=section,  # type: ignore[arg-type]  # lazy words
        badge_key=badge,
    )


ENTRIES: Final = (
    _item(_("Overview"), "overview", "gauge", OVERVIEW, 300, _("Administration")),
    _item(pgettext_lazy("console", "Accounts"), "accounts", "users", SEES_ACCOUNTS, 310, _PEOPLE),
    _item(pgettext_lazy("console", "Units"), "units", "sitemap", (UNITS,), 320, _PEOPLE),
    _item(_("Posts"), "posts", "id", (POSTS,), 330, _PEOPLE),
    _item(_("Post templates"), "templates", "puzzle", (POSTS,), 340, _PEOPLE),
    _item(_("Grid workers"), "duties", "user-check", (DUTIES,), 350, _PEOPLE),
    _item(_("API tokens"), "tokens", "key", (TOKENS,), 360, _PEOPLE),
    _item(_("Regions"), "regions", "map-2", (TERRITORY,), 370, _GROUND),
    _item(_("Grids"), "grids", "grid-dots", (TERRITORY,), 380, _GROUND),
    _item(_("Plan grids"), "planner", "puzzle", (TERRITORY,), 382, _GROUND),
    _item(_("Staffing"), "staffing", "users", (TERRITORY,), 384, _GROUND),
    _item(_("Import"), "imports", "file-import", (TERRITORY,), 390, _GROUND),
    _item(_("Import components"), "component_imports", "map-pin", (COMPONENTS,), 392, _GROUND),
    _item(_("Classes"), "classes", "category", (CATALOGUE,), 400, _RULES),
    _item(_("Responsibility"), "responsibility", "checklist", (CATALOGUE,), 410, _RULES),
    _item(_("Routing rules"), "rules", "route", RULES, 415, _RULES),
    _item(_("Desk times"), "stage_limits", "hourglass", (CATALOGUE,), 420, _RULES),
    _item(_("Working calendar"), "calendar_now", "calendar", (CATALOGUE,), 430, _RULES),
    _item(_("Case settings"), "settings", "adjustments", (SETTINGS,), 440, _RULES),
    _item(_("Suggestions"), "suggestions", "bulb", (SUGGESTIONS,), 445, _RULES),
    _item(_("Webhooks"), "webhooks", "link", (WEBHOOKS,), 445, _OUTSIDE),
    _item(_("Messages"), "messages", "mail", (DELIVERIES,), 446, _OUTSIDE),
    _item(
        _("Deliveries"),
        "deliveries",
        "send",
        (DELIVERIES, WEBHOOKS),
        447,
        _OUTSIDE,
        "deliveries.given_up",
    ),
    _item(_("Access log"), "log", "history", (AUDIT,), 450, _("Audit")),
    _item(_("Sign-ins"), "sign_ins", "lock", (AUDIT,), 460, _("Audit")),
    _item(_("Seals"), "seals", "shield-check", (AUDIT,), 470, _("Audit")),
)
