"""What an event of a case changed, in words: lines of the story and of the sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from linli.cases import rules
from linli.cases.queries.clock_words import due_words, limit_words
from linli.cases.rules.consents import SECOND
from linli.catalogue import queries as catalogue
from linli.staff import queries as staff

if TYPE_CHECKING:
    from linli.cases.models import CaseEvent

_RATINGS = {
    3: pgettext_lazy("rating", "Satisfied"),
    2: pgettext_lazy("rating", "Fairly satisfied"),
    1: pgettext_lazy("rating", "Not satisfied"),
}
_CHANGED = {
    "case_class": pgettext_lazy("input", "Class"),
    "condition": pgettext_lazy("input", "Filing condition"),
    "urgency": pgettext_lazy("input", "Urgency"),
    "handling": pgettext_lazy("input", "Kind of handling"),
    "address": pgettext_lazy("input", "Address"),
}


@dataclass
class Detail:
    label: str
    value: str | SafeString


def unit_names(ids: list[int]) -> dict[int, str]:
    """Names of units by id, retired ones too. One query, none for nothing."""
    if not ids:
        return {}
    return {unit.pk: unit.label for unit in staff.units(active=None).filter(pk__in=set(ids))}


def unit_ids(story: Iterable[CaseEvent]) -> list[int]:
    ids: list[int] = []
    for event in story:
        detail = event.detail
        ids += [detail[name] for name in ("unit", "decider") if detail.get(name)]
        ids += detail.get("co_units") or []
        centre = detail.get("centre")
        ids += [centre["from"], centre["to"]] if isinstance(centre, dict) else []
    return ids


def details_of(event: CaseEvent, names: dict[int, str]) -> list[Detail]:
    """What an event changed, in words."""
    detail: dict[str, Any] = event.detail
    found: list[Detail] = []

    def add(label: str, value: object) -> None:
        if value not in (None, ""):
            found.append(Detail(label, str(value)))

    if event.move in ("report", "add_report") and detail.get("channel"):
        add(pgettext("story", "Channel"), rules.Channel(detail["channel"]).label)
    if detail.get("unit"):
        add(pgettext("story", "Unit"), names.get(detail["unit"], detail["unit"]))
    if detail.get("co_units"):
        listed = ", ".join(names.get(u, str(u)) for u in detail["co_units"])
        add(pgettext("story", "Helping units"), listed)
    if isinstance(detail.get("centre"), dict):
        add(pgettext("story", "Centre"), f"{names.get(detail['centre']['from'], '')} → "
            f"{names.get(detail['centre']['to'], '')}")  # fmt: skip
    if "true" in detail:
        add(pgettext("story", "Found"), _("True") if detail["true"] else _("Not true"))
    if "passed" in detail:
        add(pgettext("story", "Result"), _("Passed") if detail["passed"] else _("Not passed"))
    if "distance_m" in detail:
        add(pgettext("story", "Taken at"), _distance(detail))
    if detail.get("limit"):
        add(pgettext("story", "Time"), limit_words(detail["limit"]))
    if detail.get("until"):
        add(pgettext("story", "Until"), date.fromisoformat(detail["until"]).isoformat())
    if detail.get("moved"):
        add(pgettext("story", "Place"), _("corrected"))
    add(pgettext("story", "Waits for"), _waits_for(detail, names))
    add(pgettext("story", "Legal basis"), detail.get("legal_basis"))
    for name, (old, new) in (detail.get("changed") or {}).items():
        found += _changed(name, old, new)
    if detail.get("term"):
        add(
            pgettext("story", "Due"),
            due_words(dict(zip(("from", "to"), detail["term"], strict=True))),
        )
    elif isinstance(detail.get("due"), dict):
        add(pgettext("story", "Due"), due_words(detail["due"]))
    if event.move == "evaluate" and detail.get("rating"):
        add(pgettext("story", "Rating"), rating_words(detail["rating"]))
    return found


def _distance(detail: dict[str, Any]) -> str:
    far, near = _("%(metres)d m from the place, which is far"), _("%(metres)d m from the place")
    return (far if detail.get("far") else near) % {"metres": detail["distance_m"]}


def _waits_for(detail: dict[str, Any], names: dict[int, str]) -> str:
    what = detail.get("waits_for")
    if what == "signature":
        return _("the leader's signature")
    if what == "arbitration":
        return _("the decision of the centre above")
    if what in SECOND:
        return _("the second consent: %(centre)s") % {"centre": names.get(detail["decider"], "")}
    return ""


def rating_words(rating: int | None) -> str:
    """Satisfied, fairly, not; empty for none."""
    return str(_RATINGS.get(rating or 0, ""))


def _changed(name: str, old: Any, new: Any) -> list[Detail]:
    book = catalogue.current()

    def words(value: Any) -> str:
        if value in (None, ""):
            return "–"
        if name == "case_class":
            return book.class_by_id(value).label
        if name == "condition":
            return book.condition_by_id(value).label
        if name == "urgency":
            return str(rules.Urgency(value).label)
        if name == "handling":
            return str(rules.Handling(value).label)
        return str(value)

    return [Detail(str(_CHANGED.get(name, name)), f"{words(old)} → {words(new)}")]
