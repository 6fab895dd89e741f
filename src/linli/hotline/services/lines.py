"""Lines and their kinds: data that a centre keeps itself (R147)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.catalogue.rules import LimitUnit
from linli.hotline import policy
from linli.hotline.models import Line, LineKind
from linli.hotline.queries.lines import MANAGES, line_for
from linli.hotline.rules import DEFAULT_KINDS
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused
from linli.kernel.text import clean
from linli.staff.policy import require

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_KINDS = 20


def add_line(*, actor: User, unit_id: int, now: datetime, **values: Any) -> Line:
    """A new line of a centre, with the five kinds of the state's rules and their limits.

    `values` as `change_line` takes them. Raises NotYours, BadInput, Refused for a number that is
    there already.
    """
    require(actor, policy.GRANT_MANAGE)
    if unit_id not in policy.units_of(actor, policy.GRANT_MANAGE):
        raise NotYours(_("Choose a centre of your own, or one below it."), field="unit")
    made = Line(unit_id=unit_id, **_line_values(**values))
    with transaction.atomic():
        _save(made)
        LineKind.objects.bulk_create(
            LineKind(
                line=made,
                code=one.code,
                name=one.name,
                name_en=one.name_en,
                position=position,
                limit_amount=Decimal(one.work_days),
                limit_unit=LimitUnit.WORK_DAY,
            )
            for position, one in enumerate(DEFAULT_KINDS, start=1)
        )
        _remember(actor, made, now, "added")
    return made


@transaction.atomic
def change_line(*, actor: User, line_id: int, now: datetime, **values: Any) -> Line:
    """Change number, name, weekdays (1 Monday … 7), hours (local; none: all day), greeting,
    most_tries, active. Raises NotYours, NotFound, BadInput, Refused.
    """
    require(actor, policy.GRANT_MANAGE)
    line = line_for(actor, line_id, MANAGES)
    for name, value in _line_values(**values).items():
        setattr(line, name, value)
    _save(line)
    _remember(actor, line, now, "changed")
    return line


@transaction.atomic
def add_kind(*, actor: User, line_id: int, code: str, now: datetime, **values: Any) -> LineKind:
    """A further kind of call. `values` as `change_kind` takes them. Raises as that does."""
    require(actor, policy.GRANT_MANAGE)
    line = line_for(actor, line_id, MANAGES)
    code = clean(code, field="code", most=20, least=1).lower()
    if not (code.isascii() and code.replace("-", "").replace("_", "").isalnum()):
        raise BadInput(_("code: letters a to z, digits, - and _ only."), field="code")
    kinds = list(line.kinds.all())
    if any(one.code == code for one in kinds):
        raise BadInput(_("code: this line has such a kind already."), field="code")
    if len(kinds) >= MOST_KINDS:
        raise Refused(_("A line has %(most)d kinds at most.") % {"most": MOST_KINDS})
    position = max((one.position for one in kinds), default=0) + 1
    made = LineKind.objects.create(
        line=line, code=code, position=position, **_kind_values(**values)
    )
    _remember(actor, line, now, f"kind {code}")
    return made


@transaction.atomic
def change_kind(
    *, actor: User, line_id: int, kind_id: int, now: datetime, **values: Any
) -> LineKind:
    """Change name, name_en, limit_amount, limit_unit, active. What is due already stays due.

    Raises NotYours, NotFound, BadInput.
    """
    require(actor, policy.GRANT_MANAGE)
    line = line_for(actor, line_id, MANAGES)
    found = line.kinds.filter(pk=kind_id).first()
    if found is None:
        raise NotFound(_("This line has no such kind."))
    for name, value in _kind_values(**values).items():
        setattr(found, name, value)
    found.save()
    _remember(actor, line, now, f"kind {found.code}")
    return found


def _line_values(
    *,
    number: str,
    name: str,
    weekdays: Collection[int],
    opens_at: time | None = None,
    closes_at: time | None = None,
    greeting: str = "",
    most_tries: int = 3,
    active: bool = True,
) -> dict[str, Any]:
    number = clean(number, field="number", most=20, least=1)
    if not all(c.isdigit() or c in "+- " for c in number):
        raise BadInput(_("number: digits only, such as 12345."), field="number")
    days = sorted(set(weekdays))
    if not days or not set(days) <= set(range(1, 8)):
        raise BadInput(_("weekdays: choose at least one day."), field="weekdays")
    if (opens_at is None) != (closes_at is None):
        raise BadInput(
            _("closes_at: give both hours, or neither for a line that is staffed all day."),
            field="closes_at",
        )
    if opens_at is not None and opens_at == closes_at:
        raise BadInput(_("closes_at: the line closes when it opens."), field="closes_at")
    if not 1 <= most_tries <= 10:
        raise BadInput(_("most_tries: between 1 and 10."), field="most_tries")
    return {
        "number": number,
        "name": clean(name, field="name", most=60, least=1),
        "weekdays": days,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "greeting": clean(greeting, field="greeting", most=300),
        "most_tries": most_tries,
        "active": active,
    }


def _kind_values(
    *,
    name: str,
    limit_amount: Decimal,
    limit_unit: str,
    name_en: str = "",
    active: bool = True,
) -> dict[str, Any]:
    if limit_unit not in {unit.value for unit in LimitUnit}:
        raise BadInput(_("limit_unit: choose a unit of time from the list."), field="limit_unit")
    if not (limit_amount.is_finite() and 0 < limit_amount <= 1000):
        raise BadInput(_("limit_amount: above 0 and at most 1000."), field="limit_amount")
    return {
        "name": clean(name, field="name", most=30, least=1),
        "name_en": clean(name_en, field="name_en", most=40),
        "limit_amount": limit_amount,
        "limit_unit": limit_unit,
        "active": active,
    }


def _save(line: Line) -> None:
    taken = Line.objects.filter(unit_id=line.unit_id, number=line.number).exclude(pk=line.pk)
    if taken.exists():
        raise BadInput(_("number: this centre has such a line already."), field="number")
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError as error:  # two at once
        raise BadInput(_("number: this centre has such a line already."), field="number") from error


def _remember(actor: User, line: Line, now: datetime, what: str) -> None:
    record(
        actor=actor,
        action="hotline.line_changed",
        object_type="line",
        object_id=line.pk,
        now=now,
        detail={"what": what},
    )
