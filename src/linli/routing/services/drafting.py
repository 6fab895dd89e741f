"""Writing a draft: begun from what is in force, its rules added, changed, moved, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.db import transaction
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.catalogue.rules import Limit
from linli.kernel.errors import BadInput, NotFound, Refused
from linli.kernel.text import clean
from linli.routing import policy
from linli.routing.models import RoutingRule, RuleSet, SetState
from linli.routing.rules import Conditions, Target, folded, impossible

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_RULES = 1000
MOST_NAMED = 100  # choices of one condition
MOST_CO_UNITS = 10
MOST_POINTS = 5000
_FACTORS = (Decimal("0.1"), Decimal(10))


class NotADraft(Refused):
    """A published version is never changed."""

    code = "not_a_draft"


@dataclass(frozen=True)
class Effect:
    """What a rule says when it fits; at most one of `limit` and `factor`."""

    target: str = Target.UNIT
    unit: int | None = None
    co_units: tuple[int, ...] = ()
    urgency: str = ""
    limit: Limit | None = None
    factor: Decimal | None = None


@transaction.atomic
def begin_draft(*, actor: User, now: datetime, name: str, copy_of: int | None = None) -> RuleSet:
    """A new draft with the rules of another version, or empty. Raises NotYours, BadInput."""
    policy.require_edit(actor)
    source = RuleSet.objects.filter(pk=copy_of).first() if copy_of is not None else None
    made = RuleSet.objects.create(
        name=clean(name, field="name", most=80, least=1),
        based_on=source,
        made_by=actor,
        made_at=now,
    )
    rows = list(RoutingRule.objects.filter(rule_set=source)) if source is not None else []
    for row in rows:
        row.pk, row.rule_set = None, made
        row._state.adding = True
    RoutingRule.objects.bulk_create(rows)
    note_change(actor, "drafted", made, now, copy_of=copy_of, rules=len(rows))
    return made


@transaction.atomic
def save_rule(
    *,
    actor: User,
    now: datetime,
    set_id: int,
    rule_id: int | None,
    name: str,
    when: Conditions,
    effect: Effect,
    position: int | None = None,
    name_en: str = "",
    note: str = "",
) -> RoutingRule:
    """Add a rule to a draft (at the end, or at `position`), or change one.

    Raises NotYours, NotFound, NotADraft, and BadInput naming the field.
    """
    draft = draft_for(actor, set_id)
    row = _rule(draft, rule_id) if rule_id is not None else RoutingRule(rule_set=draft)
    _take_conditions(row, when)
    _take_effect(row, effect)
    row.name = clean(name, field="name", most=80, least=1)
    row.name_en = clean(name_en, field="name_en", most=120)
    row.note = clean(note, field="note", most=2000)
    others = [one for one in _in_order(draft) if one.pk != row.pk]
    if len(others) >= MOST_RULES:
        raise Refused(_("A version has at most %(most)d rules.") % {"most": MOST_RULES})
    if rule_id is None:
        row.position = len(others) + 1
    row.save()
    _place(row, others, row.position if position is None else position)
    _edited(draft)
    note_change(actor, "edited", draft, now, rule=row.pk)
    return row


@transaction.atomic
def move_rule(
    *, actor: User, now: datetime, set_id: int, rule_id: int, position: int
) -> RoutingRule:
    """Put a rule of a draft at a place in the order, 1 the first; beyond the ends is at the end.

    Raises NotYours, NotFound, NotADraft.
    """
    draft = draft_for(actor, set_id)
    row = _rule(draft, rule_id)
    others = [one for one in _in_order(draft) if one.pk != row.pk]
    _place(row, others, position)
    _edited(draft)
    note_change(actor, "moved", draft, now, rule=row.pk, position=row.position)
    return row


@transaction.atomic
def remove_rule(*, actor: User, now: datetime, set_id: int, rule_id: int) -> None:
    """Take a rule out of a draft. Raises NotYours, NotFound, NotADraft."""
    draft = draft_for(actor, set_id)
    _rule(draft, rule_id).delete()
    _number(_in_order(draft))
    _edited(draft)
    note_change(actor, "removed", draft, now, rule=rule_id)


@transaction.atomic
def drop_draft(*, actor: User, now: datetime, set_id: int) -> None:
    """A draft is not wanted any more. Raises NotYours, NotFound, NotADraft."""
    draft = draft_for(actor, set_id)
    draft.state = SetState.DROPPED
    draft.save(update_fields=["state"])
    note_change(actor, "dropped", draft, now)


def draft_for(actor: User, set_id: int) -> RuleSet:
    """The draft, for this transaction alone."""
    policy.require_edit(actor)
    found = RuleSet.objects.select_for_update(of=("self",)).filter(pk=set_id).first()
    if found is None or found.state == SetState.DROPPED:
        raise NotFound(_("There is no such version of the rules."))
    if found.state != SetState.DRAFT:
        raise NotADraft(_("A published version is never changed. Begin a new draft from it."))
    return found


def _rule(draft: RuleSet, rule_id: int) -> RoutingRule:
    found = RoutingRule.objects.filter(rule_set=draft, pk=rule_id).first()
    if found is None:
        raise NotFound(_("There is no such rule. It may have been removed meanwhile."))
    return found


def _in_order(draft: RuleSet) -> list[RoutingRule]:
    return list(RoutingRule.objects.filter(rule_set=draft).order_by("position", "id"))


def _place(row: RoutingRule, others: list[RoutingRule], position: int) -> None:
    """The row among the others of its draft, 1 the first; beyond the ends is at the end."""
    others.insert(min(max(position, 1), len(others) + 1) - 1, row)
    _number(others)


def _number(rows: Sequence[RoutingRule]) -> None:
    """Positions from 1 on, without gaps."""
    moved = [row for position, row in enumerate(rows, start=1) if row.position != position]
    for position, row in enumerate(rows, start=1):
        row.position = position
    RoutingRule.objects.bulk_update(moved, ["position"])


def _edited(draft: RuleSet) -> None:
    draft.edits += 1
    draft.save(update_fields=["edits"])


def _take_conditions(row: RoutingRule, when: Conditions) -> None:
    """Bring the words into the form they are compared in, and refuse what cannot be."""
    for name in ("classes", "regions", "owners", "maintainers", "roads", "words", "channels"):
        if len(getattr(when, name)) > MOST_NAMED:
            raise BadInput(
                _("%(field)s: at most %(most)d of them in one rule.")
                % {"field": name, "most": MOST_NAMED},
                field=name,
            )
    if (when.since is None) != (when.until is None):
        missing = "since" if when.since is None else "until"
        raise BadInput(_("Give both ends of the time of day, or neither."), field=missing)
    when = when.with_(roads=_folded(when.roads), words=_folded(when.words))
    if fault := impossible(when):
        raise BadInput(
            _("No case can ever fit: working time never lies on a day off."),
            field="days" if fault == "hours" else fault,
        )
    row.conditions = when.packed()
    row.area = _area(when)


def _folded(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in map(folded, words) if one))


def _area(when: Conditions) -> MultiPolygon | None:
    if when.area is None:
        return None
    shape = GEOSGeometry(memoryview(when.area.wkb), srid=4326)
    if isinstance(shape, Polygon):
        shape = MultiPolygon(shape, srid=4326)
    if not isinstance(shape, MultiPolygon) or shape.empty or not shape.valid:
        raise BadInput(_("area: draw an area whose border does not cross itself."), field="area")
    if shape.num_coords > MOST_POINTS:
        raise BadInput(
            _("area: at most %(most)d points. Draw it more roughly.") % {"most": MOST_POINTS},
            field="area",
        )
    return shape


def _take_effect(row: RoutingRule, effect: Effect) -> None:
    if effect.target not in Target.values:
        raise BadInput(_("target: choose whom the rule names."), field="target")
    names_unit = effect.target == Target.UNIT
    if names_unit and effect.unit is None:
        raise BadInput(_("unit: choose the unit that has to act."), field="unit")
    if len(effect.co_units) > MOST_CO_UNITS:
        raise BadInput(
            _("co_units: at most %(most)d units.") % {"most": MOST_CO_UNITS}, field="co_units"
        )
    if effect.limit is not None and effect.factor is not None:
        raise BadInput(_("Give a limit of its own or a factor, not both."), field="limit_factor")
    if effect.factor is not None and not _FACTORS[0] <= effect.factor <= _FACTORS[1]:
        raise BadInput(
            _("The factor is from %(least)s to %(most)s.")
            % {"least": _FACTORS[0], "most": _FACTORS[1]},
            field="limit_factor",
        )
    row.target = effect.target
    row.unit_id = effect.unit if names_unit else None
    row.co_units = [one for one in dict.fromkeys(effect.co_units) if one != row.unit_id]
    row.urgency = effect.urgency
    row.limit_amount = effect.limit.amount if effect.limit else None
    row.limit_unit = str(effect.limit.unit) if effect.limit else ""
    row.limit_factor = effect.factor


def note_change(actor: User, verb: str, one: RuleSet, now: datetime, **detail: object) -> None:
    record(
        actor=actor,
        action=f"routing.{verb}",
        object_type="rule_set",
        object_id=one.pk,
        now=now,
        detail=detail,
    )
