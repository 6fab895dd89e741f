"""The rules of cards: added from a day on, ended with a day, never changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.cards import policy
from linli.cards.models import CardRule
from linli.cards.rules.levels import COUNTED, POINTS, Level
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.text import clean
from linli.staff.policy import require

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_LEAST = 2_000


@transaction.atomic
def add_rule(
    *,
    actor: User,
    name: str,
    what: str,
    least: int,
    level: str,
    points: int | None,
    valid_from: date,
    source: str = "",
    now: datetime,
) -> CardRule:
    """A rule from today or a later day on; it looks at nothing from before. `points` None: what
    the level usually costs. Raises NotYours, BadInput."""
    require(actor, policy.GRANT_RULES)
    if what not in COUNTED:
        raise BadInput(_("what: choose what the rule counts."), field="what")
    if level not in Level.values:
        raise BadInput(_("level: choose one of the levels of the list."), field="level")
    if not 1 <= least <= MOST_LEAST:
        raise BadInput(
            _("least: a number from 1 to %(most)d.") % {"most": MOST_LEAST}, field="least"
        )
    cost = POINTS[level] if points is None else points
    if not -100 <= cost <= 0:
        raise BadInput(_("points: a number from -100 to 0."), field="points")
    if valid_from < timezone.localdate(now):
        raise BadInput(
            _("valid_from: today or later; rules do not reach into the past."), field="valid_from"
        )
    rule = CardRule.objects.create(
        name=clean(name, field="name", most=80, least=2), what=what, least=least, level=level,
        points=cost, valid_from=valid_from, source=clean(source, field="source", most=200),
        made_by=actor, made_at=now,
    )  # fmt: skip
    _remember(rule, "cards.rule_added", actor, now)
    return rule


@transaction.atomic
def end_rule(*, actor: User, rule_id: int, last_on: date, now: datetime) -> CardRule:
    """The rule holds up to and including a day, at the earliest yesterday. Raises NotYours,
    NotFound, BadInput."""
    require(actor, policy.GRANT_RULES)
    rule = CardRule.objects.select_for_update(of=("self",)).filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(_("There is no such rule."))
    today = timezone.localdate(now)
    if rule.last_on is not None and rule.last_on < today:
        raise BadInput(_("last_on: the rule has ended already."), field="last_on")
    if last_on < max(rule.valid_from, date.fromordinal(today.toordinal() - 1)):
        raise BadInput(
            _("last_on: a day from yesterday on, and not before the first day of the rule."),
            field="last_on",
        )
    rule.last_on = last_on
    rule.save(update_fields=["last_on"])
    _remember(rule, "cards.rule_ended", actor, now)
    return rule


def _remember(rule: CardRule, action: str, actor: User, now: datetime) -> None:
    record(
        actor=actor, action=action, object_type="card_rule", object_id=rule.pk, now=now,
        detail={"what": rule.what, "least": rule.least, "level": rule.level},
    )  # fmt: skip
