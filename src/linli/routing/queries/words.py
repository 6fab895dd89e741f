"""Rules and reasons in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from linli.catalogue import queries as catalogue
from linli.catalogue.models import Responsibility
from linli.catalogue.rules import Kind, Limit, LimitUnit
from linli.kernel.errors import NotFound
from linli.routing.models import RoutingRule, RuleSet, SetState
from linli.routing.rules import Conditions, Rule, Target
from linli.routing.rules.words import CHANNELS, URGENCIES
from linli.staff import queries as staff
from linli.territory import queries as territory


@dataclass(frozen=True)
class Why:
    """Why a unit, for a page: the sentence, the unit meant, and the set and rule to open."""

    sentence: str
    unit: int | None
    taken: bool
    rule_id: int | None = None
    set_id: int | None = None


def unit_names(ids: Iterable[int | None]) -> dict[int, str]:
    """Names of units by id, retired ones too. One query, none for nothing."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    return {unit.pk: unit.label for unit in staff.units(active=None).filter(pk__in=wanted)}


def class_words(code: str) -> str:
    """A class, a major class or a kind by the beginning of its code. One query at most: the version
    of the catalogue, where the request has not learned it."""
    if code in ("C", "E"):
        return _("all components") if code == "C" else _("all events")
    for one in catalogue.classes():
        if one.code == code:
            return f"{code} {one.label}"
        if len(code) == 3 and one.code.startswith(code):
            return f"{code} {one.major_label}"
    return code


def region_words(region_id: int) -> str:
    """A region by its name; its id where it is gone."""
    try:
        return territory.tree().region(region_id).name
    except NotFound:
        return f"#{region_id}"


_LABELS = {
    "classes": pgettext_lazy("routing", "Class"),
    "regions": pgettext_lazy("routing", "Region"),
    "area": pgettext_lazy("routing", "Drawn area"),
    "owners": pgettext_lazy("routing", "Owner"),
    "maintainers": pgettext_lazy("routing", "Maintainer"),
    "roads": pgettext_lazy("routing", "Road"),
    "words": pgettext_lazy("routing", "Words"),
    "channels": pgettext_lazy("routing", "Channel"),
    "urgency": pgettext_lazy("routing", "Urgency"),
    "days": pgettext_lazy("routing", "Day"),
    "hours": pgettext_lazy("routing", "Working time"),
    "clock": pgettext_lazy("routing", "Time of day"),
    "owner": pgettext_lazy("routing", "Owner"),
    "maintainer": pgettext_lazy("routing", "Maintainer"),
    "responsible": pgettext_lazy("routing", "Department in charge"),
    "local": pgettext_lazy("routing", "Listed for the place"),
    "listed": pgettext_lazy("routing", "Listed"),
}


def label_of(name: str) -> str:
    """What a condition, or a target found for each case, is called."""
    return str(_LABELS.get(name, name))


def value_words(name: str, value: Any, names: Mapping[int, str]) -> str:
    """One value of a condition in words."""
    match name:
        case "classes":
            return class_words(value)
        case "regions":
            return region_words(value)
        case "owners" | "maintainers" | "owner" | "maintainer" | "responsible" | "local" | "listed":
            return names.get(value, f"#{value}")
        case "channels":
            return str(CHANNELS.get(value, value))
        case "urgency":
            return str(URGENCIES.get(value, value))
        case "days":
            return _("on working days") if value == "workday" else _("on days off")
        case "hours":
            return _("in working time") if value == "working" else _("outside working time")
        case "area":
            return _("inside")
        case "roads" | "words":
            return _("“%(words)s”") % {"words": value}
    return str(value)


def condition_words(when: Conditions, names: Mapping[int, str]) -> list[tuple[str, str]]:
    """(label, values) of every condition a rule names, in the order of the form."""
    found = []
    for name in when.named:
        if name == "clock":
            said = _("%(since)s to %(until)s") % {
                "since": clock_words(when.since or 0),
                "until": clock_words(when.until or 0),
            }
        elif name == "area":
            said = _("inside")
        else:
            given = getattr(when, name)
            values = given if isinstance(given, tuple) else (given,)
            said = pgettext("routing", " or ").join(value_words(name, v, names) for v in values)
        found.append((label_of(name), said))
    return found


def clock_words(minute: int) -> str:
    """Minutes since midnight as 08:30."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def target_words(rule: RoutingRule, names: Mapping[int, str]) -> str:
    """Whom a rule names."""
    if rule.target == Target.UNIT:
        return names.get(rule.unit_id or 0, f"#{rule.unit_id}")
    return str(Target(rule.target).label)


def helper_words(rule: Rule, names: Mapping[int, str]) -> list[str]:
    """The units that a rule names as helping, in one phrase; nothing for none."""
    if not rule.co_units:
        return []
    listed = ", ".join(names.get(one, f"#{one}") for one in rule.co_units)
    return [_("with %(units)s") % {"units": listed}]


def effect_words(rule: Rule) -> list[str]:
    """What a rule sets besides units: urgency, limit."""
    found = []
    if rule.urgency:
        found.append(str(URGENCIES.get(rule.urgency, rule.urgency)))
    if rule.limit is not None:
        limit = Limit(rule.limit[0], LimitUnit(rule.limit[1]))
        found.append(_("limit %(limit)s") % {"limit": catalogue.limit_text(limit)})
    if rule.factor is not None:
        found.append(_("limit × %(factor)s") % {"factor": f"{rule.factor.normalize():f}"})
    return found


def told(details: Sequence[Mapping[str, Any]]) -> list[Why]:
    """Notes of `rules.evidence.noted` in words, in their order. Three queries at most, for all."""
    rules = rules_named({one["rule"] for one in details if one.get("rule")} | _broken(details))
    listed = _rows({one["list"] for one in details if one.get("list") and not one.get("rule")})
    ids = [one.get("unit") for one in details]
    ids += [v for one in details for n, v in one.get("facts", ()) if n in _UNIT_FACTS]
    names = unit_names(ids)
    return [_why(one, rules, listed, names) for one in details]


_UNIT_FACTS = frozenset(
    {"owners", "maintainers", "owner", "maintainer", "responsible", "local", "listed"}
)


def _broken(details: Iterable[Mapping[str, Any]]) -> set[int]:
    return {one["broken"] for one in details if one.get("broken")}


def rules_named(ids: set[int]) -> dict[int, RoutingRule]:
    """Rules by id with their sets, of whichever version. One query, none for nothing."""
    if not ids:
        return {}
    return {
        rule.pk: rule
        for rule in RoutingRule.objects.filter(pk__in=ids).select_related("rule_set").defer("area")
    }


def _rows(ids: set[int]) -> dict[int, Responsibility]:
    if not ids:
        return {}
    rows = Responsibility.objects.filter(pk__in=ids).select_related("region", "case_class")
    return {row.pk: row for row in rows}


def _why(
    note: Mapping[str, Any],
    rules: Mapping[int, RoutingRule],
    listed: Mapping[int, Responsibility],
    names: Mapping[int, str],
) -> Why:
    unit, rule = note.get("unit"), rules.get(note.get("rule", 0))
    if note.get("basis"):
        sentence = _("Named by arbitration: %(basis)s") % {"basis": note["basis"]}
    elif unit is None:
        sentence = _("No rule fits and the responsibility list names nobody.")
    elif rule is not None:
        sentence = _rule_sentence(rule, note.get("facts", ()), names)
    else:
        row = listed.get(note.get("list", 0))
        sentence = _list_sentence(row)
    broken = rules.get(note.get("broken", 0))
    if broken is not None:
        sentence = _("%(why)s; the rule “%(rule)s” fits, but its unit cannot act") % {
            "why": sentence,
            "rule": broken.label,
        }
    if unit is not None and not note.get("taken", True):
        sentence = _("Chosen by the dispatcher; suggested was %(unit)s: %(why)s") % {
            "unit": names.get(unit, f"#{unit}"),
            "why": sentence,
        }
    taken = bool(note.get("taken", True))
    if rule is None:
        return Why(sentence, unit, taken)
    return Why(sentence, unit, taken, rule.pk, rule.rule_set_id)


def _list_sentence(row: Responsibility | None) -> str:
    if row is None:
        return _("By the responsibility list.")
    letter = "C" if row.kind == Kind.COMPONENT else "E"
    major = class_words(f"{letter}{row.major_code}")
    reason = catalogue.reason_of(row, major=major)
    return _("By the responsibility list: %(reason)s") % {"reason": reason}


def _rule_sentence(
    rule: RoutingRule, facts: Iterable[Sequence[Any]], names: Mapping[int, str]
) -> str:
    said = [f"{label_of(name)} {value_words(name, value, names)}" for name, value in facts]
    words = {
        "position": rule.position,
        "rule": rule.label,
        "set": rule.rule_set.number or _("of the draft"),
        "facts": pgettext("routing", ", ").join(said),
    }
    if said:
        return _("Rule %(position)d “%(rule)s” of version %(set)s: %(facts)s") % words
    return _("Rule %(position)d “%(rule)s” of version %(set)s, which fits every case") % words


def state_words(one: RuleSet) -> str:
    """Where a set is: draft, in force, to come, past, dropped."""
    today = timezone.localdate()
    if one.state != SetState.PUBLISHED or one.valid_from is None:
        return str(SetState(one.state).label)
    if one.valid_from > today:
        return pgettext("rules", "To come")
    if one.valid_to is not None and one.valid_to <= today:
        return pgettext("rules", "Past")
    return pgettext("rules", "In force")
