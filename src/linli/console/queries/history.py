"""The past of a register row as pages show it: who, when, what; old → new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.audit import queries as audit
from linli.audit.rules import label_of as action_label
from linli.catalogue.queries import history_of
from linli.staff.queries import names_of
from linli.staff.rules import GRANTS
from linli.staff.rules import label_of as grant_label

ABSENT = "—"


class Past(NamedTuple):
    """One change. `fields` are (name on screen, before, after)."""

    at: datetime
    title: str
    who: str
    fields: list[tuple[str, str, str]]
    purpose: str = ""


def row_history(row: models.Model) -> list[Past]:
    """The changes of a row that the database remembers itself, newest first. Two queries."""
    words = {"insert": _("Entered"), "update": _("Changed"), "delete": _("Removed")}
    return [
        Past(
            change.at,
            words.get(change.kind, change.kind),
            change.by or _("The program itself"),
            [(name, _shown(old), _shown(new)) for name, old, new in change.fields]
            if change.kind != "insert"
            else [],
        )
        for change in history_of(row)
    ]


def log_history(
    object_type: str, object_id: object, *, names: Mapping[str, Any] | None = None, size: int = 50
) -> list[Past]:
    """What the access log says was done to an object, newest first. Two queries."""
    entries = audit.accesses_to(object_type, object_id, size=size)
    people = names_of(entry.user_id for entry in entries if entry.user_id is not None)
    return [
        Past(
            entry.at,
            action_label(entry.action),
            people.get(entry.user_id or 0, _("The program itself")),
            _changes(entry.detail, names or {}),
            entry.purpose,
        )
        for entry in entries
    ]


def joined(*histories: Iterable[Past]) -> list[Past]:
    """Several histories as one, newest first."""
    return sorted((past for one in histories for past in one), key=lambda past: past.at)[::-1]


def _changes(detail: Mapping[str, Any], names: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    changed = detail.get("changed")
    if isinstance(changed, dict):
        pairs = [(key, pair[0], pair[1]) for key, pair in changed.items()]
    elif isinstance(before := detail.get("before"), dict):
        after = detail.get("after", {})
        pairs = [(k, before[k], after.get(k)) for k in before if before[k] != after.get(k)]
    elif "before" in detail:
        pairs = [("grants", detail["before"], detail.get("after"))]
    else:
        return []
    return [(str(names.get(key, field_label(key))), *_pair(old, new)) for key, old, new in pairs]


def _pair(old: Any, new: Any) -> tuple[str, str]:
    """Two lists are told by what was taken and what was added; anything else as it is."""
    if isinstance(old, list) and isinstance(new, list):
        gone = [one for one in old if one not in new]
        come = [one for one in new if one not in old]
        return _shown(gone), _shown(come)
    return _shown(old), _shown(new)


def _shown(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ABSENT
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return "、".join(grant_label(v) if v in GRANTS else _shown(v) for v in value)
    return str(value)


def field_label(key: str) -> str:
    """The name on screen of a value that the access log remembers."""
    labels = {
        "name": pgettext("console", "Name"),
        "name_en": _("Name in English"),
        "kind": pgettext("console", "Kind"),
        "code": pgettext("console", "Code"),
        "parent": _("Above it"),
        "region": _("Region"),
        "public_phone": _("Public telephone"),
        "is_active": _("In use"),
        "valid_from": _("Valid from"),
        "valid_to": _("Valid to"),
        "grants": _("Permissions"),
        "reach": _("Reach"),
        "households": _("Households"),
        "grade": _("Grade"),
        "grid": _("Grid"),
        "similar_radius_m": _("Similar cases: within metres"),
        "similar_hours": _("Similar cases: within hours"),
        "rating_days": _("Days to rate a closed case"),
        "reopen_days": _("Days to dispute a closed case"),
        "extensions_most": _("More time for a case: times, at most"),
        "extensions_alone": _("More time for a case: times by one consent"),
        "extension_percent_most": _("More time at once: per cent of the limit, at most"),
        "extension_percent_alone": _("More time at once: per cent of the limit by one consent"),
        "suspension_days": _("Suspended for days, at most"),
        "suspension_days_alone": _("Suspended for days by one consent"),
        "check_distance_m": _("On-site check: distance that is remarked, in metres"),
        "contact_days": _("Days after the end of a case until who reported is erased"),
        "from_date": _("From"),
        "area_m2": pgettext("ground", "Area in m²"),
    }
    return labels.get(key, key)
