"""A draft comes into force: tried, without faults, and never changed again."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput, Refused
from linli.routing.models import RuleSet, SetState, Trial
from linli.routing.queries.faults import faults_of
from linli.routing.queries.sets import rules_of
from linli.routing.services.drafting import draft_for, note_change

if TYPE_CHECKING:
    from linli.staff.models import User


class NotTried(Refused):
    """The draft has not been tried since it was last changed."""

    code = "not_tried"


class Faulty(Refused):
    """A rule of the draft could not serve."""

    code = "faulty_rules"


@transaction.atomic
def publish(
    *, actor: User, now: datetime, set_id: int, valid_from: date, note: str = ""
) -> RuleSet:
    """Put a draft in force from a day on; the version before it ends that day.

    Raises NotYours, NotADraft, BadInput; Faulty naming the first rule that could not serve;
    NotTried unless it was run over past cases as it is now.
    """
    draft = draft_for(actor, set_id)
    if valid_from < timezone.localdate(now):
        raise BadInput(
            _("Choose today or a later day: the past is not rewritten."), field="valid_from"
        )
    rules = rules_of(draft)
    if not rules:
        raise Faulty(_("A version without a rule would do nothing. Add a rule first."))
    if faults := faults_of(rules, now=now):
        raise Faulty(
            _("Rule %(position)d “%(rule)s”: %(fault)s")
            % {
                "position": faults[0].rule.position,
                "rule": faults[0].rule.label,
                "fault": faults[0].sentence,
            }
        )
    if not Trial.objects.filter(rule_set=draft, edits=draft.edits).exists():
        raise NotTried(
            _("Run the draft over past cases first, as it is now, and look at what would change.")
        )
    with connection.cursor() as cursor:  # one publication at a time
        cursor.execute("LOCK TABLE routing_ruleset IN SHARE ROW EXCLUSIVE MODE")
    _make_room(valid_from)
    last = RuleSet.objects.aggregate(last=Max("number"))["last"] or 0
    draft.note = note.strip()[:2000]
    draft.state, draft.number = SetState.PUBLISHED, last + 1
    draft.valid_from, draft.published_by, draft.published_at = valid_from, actor, now
    draft.save()
    note_change(
        actor, "published", draft, now, number=draft.number, valid_from=valid_from.isoformat()
    )
    return draft


def _make_room(valid_from: date) -> None:
    """End the version that is in force on that day. Raises BadInput if a later one waits."""
    published = RuleSet.objects.filter(state=SetState.PUBLISHED)
    later = published.filter(valid_from__gt=valid_from).order_by("valid_from").first()
    if later is not None:
        raise BadInput(
            _("Version %(number)s begins on %(day)s. Choose that day or a later one.")
            % {"number": later.number, "day": later.valid_from},
            field="valid_from",
        )
    for before in published.filter(valid_to=None):
        before.valid_to = valid_from
        before.save(update_fields=["valid_to"])
