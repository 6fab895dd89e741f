"""Editions, classes, and the conditions by which their cases are filed and closed."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from linli.catalogue.models import CaseClass, Edition, FilingCondition
from linli.catalogue.rules import Goal, Kind, Limit, class_code
from linli.catalogue.services.recording import days, recorded
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.text import clean

if TYPE_CHECKING:
    from linli.staff.models import User

_TWO_DIGITS = re.compile(r"[0-9]{2}")
MOST_AMOUNT = Decimal(9999)
GOAL_ZH = {"矛盾纠纷": Goal.DISPUTE.value, "百姓事务": Goal.MATTER.value}  # in sheets


def save_edition(
    *, code: str, name: str, source: str, valid_from: date, actor: User | None, now: datetime
) -> Edition:
    """Enter an edition, or change the one with this code. It is in use from `valid_from` on."""
    values = {
        "name": clean(name, field="name", least=1, most=100),
        "source": clean(source, field="source", most=1000),
        "valid_from": valid_from,
    }
    with recorded("save_edition", actor):
        edition, _created = Edition.objects.update_or_create(
            code=clean(code, field="code", least=1, most=40), defaults=values
        )
    return edition


def save_class(
    *,
    edition: Edition,
    kind: str,
    major_code: str,
    major_name: str,
    minor_code: str,
    name: str,
    actor: User | None,
    now: datetime,
    major_name_en: str = "",
    name_en: str = "",
    public: bool = False,
    active: bool = True,
    goal: str = "",
    icon: str = "",
    note: str = "",
    unlinked_units: str = "",
    unlinked_supervisors: str = "",
) -> CaseClass:
    """Enter a class, or change the one with this kind and code in the edition.

    Raises BadInput naming the field.
    """
    values: dict[str, Any] = class_values(
        kind=kind,
        major_code=major_code,
        major_name=major_name,
        minor_code=minor_code,
        name=name,
        major_name_en=major_name_en,
        name_en=name_en,
        icon=icon,
        note=note,
        unlinked_units=unlinked_units,
        unlinked_supervisors=unlinked_supervisors,
    )
    values |= {"public": public, "active": active, "goal": goal_of(goal)}
    with recorded("save_class", actor):
        case_class, _created = CaseClass.objects.update_or_create(
            edition=edition, code=values["code"], defaults=values
        )
    return case_class


def goal_of(text: str) -> str:
    """The goal that a word of a sheet or a code names. Raises BadInput."""
    wanted = text.strip()
    known = {"": "", **{one.value: one.value for one in Goal}, **GOAL_ZH}
    if wanted not in known:
        raise BadInput(
            _("“%(word)s” is no goal. Write %(words)s, or leave the cell empty.")
            % {"word": wanted[:40], "words": "、".join(GOAL_ZH)},
            field="goal",
        )
    return known[wanted]


def retire_class(*, class_id: int, actor: User | None, now: datetime) -> CaseClass:
    """Offer the class no more; cases that have it keep it. Raises NotFound."""
    with recorded("retire_class", actor):
        case_class = CaseClass.objects.select_for_update().filter(pk=class_id).first()
        if case_class is None:
            raise NotFound(_("There is no such class."), field="class")
        case_class.active = False
        case_class.save(update_fields=["active"])
    return case_class


def save_condition(
    *,
    case_class: CaseClass,
    number: int,
    filing_text: str,
    closing_text: str,
    limit_a: Limit,
    limit_b: Limit,
    limit_c: Limit,
    urgent_limit: Limit | None,
    valid_from: date,
    actor: User | None,
    now: datetime,
    valid_to: date | None = None,
    filing_text_en: str = "",
    closing_text_en: str = "",
    source: str = "",
    note: str = "",
) -> FilingCondition:
    """Enter a condition, or change the one with this number that began on `valid_from`.

    A new rule from a later day on: end the old one with `retire_condition`, then save the new one.
    Raises BadInput, and Refused when another condition has the number on some of the days.
    """
    days(valid_from, valid_to)
    if not 1 <= number <= 999:
        raise BadInput(_("The number of a condition lies between 1 and 999."), field="number")
    values = condition_values(
        filing_text=filing_text,
        closing_text=closing_text,
        limit_a=limit_a,
        limit_b=limit_b,
        limit_c=limit_c,
        urgent_limit=urgent_limit,
        filing_text_en=filing_text_en,
        closing_text_en=closing_text_en,
        source=source,
        note=note,
    )
    values["valid_to"] = valid_to
    with recorded("save_condition", actor):
        condition, _created = FilingCondition.objects.update_or_create(
            case_class=case_class, number=number, valid_from=valid_from, defaults=values
        )
    return condition


def retire_condition(
    *, condition_id: int, actor: User | None, now: datetime, on: date | None = None
) -> FilingCondition:
    """End a condition: `on` (today) is the first day without it. Raises NotFound, Refused."""
    last = on or timezone.localdate(now)
    with recorded("retire_condition", actor):
        condition = FilingCondition.objects.select_for_update().filter(pk=condition_id).first()
        if condition is None:
            raise NotFound(_("There is no such filing condition."), field="condition")
        days(condition.valid_from, last)
        condition.valid_to = last
        condition.save(update_fields=["valid_to"])
    return condition


def class_values(
    *,
    kind: str,
    major_code: str,
    major_name: str,
    minor_code: str,
    name: str,
    major_name_en: str = "",
    name_en: str = "",
    icon: str = "",
    note: str = "",
    unlinked_units: str = "",
    unlinked_supervisors: str = "",
) -> dict[str, Any]:
    """The checked columns of a class, its code among them. Raises BadInput naming the field."""
    if kind not in Kind.values:
        raise BadInput(_("The kind is component or event."), field="kind")
    _two_digits(major_code, "major_code")
    _two_digits(minor_code, "minor_code")
    return {
        "kind": kind,
        "code": class_code(Kind(kind), major_code, minor_code),
        "major_code": major_code,
        "minor_code": minor_code,
        "major_name": clean(major_name, field="major_name", least=1, most=60),
        "major_name_en": clean(major_name_en, field="major_name_en", most=100),
        "name": clean(name, field="name", least=1, most=60),
        "name_en": clean(name_en, field="name_en", most=100),
        "icon": clean(icon, field="icon", most=40),
        "note": clean(note, field="note", most=2000),
        "unlinked_units": clean(unlinked_units, field="unlinked_units", most=2000),
        "unlinked_supervisors": clean(
            unlinked_supervisors, field="unlinked_supervisors", most=2000
        ),
    }


def condition_values(
    *,
    filing_text: str,
    closing_text: str,
    limit_a: Limit,
    limit_b: Limit,
    limit_c: Limit,
    urgent_limit: Limit | None,
    filing_text_en: str = "",
    closing_text_en: str = "",
    source: str = "",
    note: str = "",
) -> dict[str, Any]:
    """The checked columns of a condition. Raises BadInput naming the field."""
    for field, limit in (
        ("limit_a", limit_a),
        ("limit_b", limit_b),
        ("limit_c", limit_c),
        ("urgent_limit", urgent_limit),
    ):
        check_limit(limit, field=field)
    return {
        "filing_text": clean(filing_text, field="filing_text", least=1, most=2000),
        "filing_text_en": clean(filing_text_en, field="filing_text_en", most=2000),
        "closing_text": clean(closing_text, field="closing_text", least=1, most=2000),
        "closing_text_en": clean(closing_text_en, field="closing_text_en", most=2000),
        "limit_a": limit_a.amount,
        "unit_a": limit_a.unit.value,
        "limit_b": limit_b.amount,
        "unit_b": limit_b.unit.value,
        "limit_c": limit_c.amount,
        "unit_c": limit_c.unit.value,
        "urgent_limit": urgent_limit.amount if urgent_limit else None,
        "urgent_unit": urgent_limit.unit.value if urgent_limit else "",
        "source": clean(source, field="source", most=1000),
        "note": clean(note, field="note", most=2000),
    }


def check_limit(limit: Limit | None, *, field: str) -> None:
    """Raises BadInput for a limit no column can hold or no calendar can count."""
    if limit is not None and (limit.amount > MOST_AMOUNT or limit.amount != round(limit.amount, 2)):
        raise BadInput(
            _("%(field)s: a limit is at most 9999, with at most two decimals.") % {"field": field},
            field=field,
        )


def _two_digits(code: str, field: str) -> None:
    if not _TWO_DIGITS.fullmatch(code):
        raise BadInput(
            _("%(field)s: a code has two digits, such as 01.") % {"field": field}, field=field
        )
