"""Cards: lists, one card, what stands against a unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from linli.cards import policy
from linli.cards.models import Card, CardEvent, CardRule
from linli.cards.rules.levels import Level
from linli.cards.rules.states import DEEDS, HAPPENED, STANDING, State
from linli.cases import queries as cases
from linli.cases import rules as case_rules
from linli.cases.queries.lists import midnight
from linli.kernel.errors import NotFound
from linli.staff.queries.history import Line, line_of

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

_SHOWN = ("case", "unit", "rule", "issued_by")
#: Tabs of the list: name to states.
TABS: dict[str, tuple[str, ...]] = {
    "proposed": (State.PROPOSED,),
    "open": (State.ISSUED, State.APPEALED),
    "standing": STANDING,
    "ended": (State.WITHDRAWN, State.UPHELD, State.DROPPED, State.RAISED),
    "all": tuple(State),
}


ICONS = {
    "issue": "flag", "give": "flag", "drop": "x", "reply": "message", "appeal": "scale",
    "uphold": "scale", "lift": "scale", "withdraw": "arrow-back-up", "lifted": "arrow-back-up",
}  # fmt: skip


def cards_for(
    user: User,
    *,
    tab: str = "all",
    unit_id: int | None = None,
    level: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Card]:
    """The cards `user` may see, newest first; a period by the day of the proposal. One query."""
    rows = Card.objects.filter(policy.visible_to(user), state__in=TABS[tab])
    if unit_id is not None:
        rows = rows.filter(unit_id=unit_id)
    if level:
        rows = rows.filter(level=level)
    if since is not None:
        rows = rows.filter(proposed_at__date__gte=since)
    if until is not None:
        rows = rows.filter(proposed_at__date__lte=until)
    return rows.select_related(*_SHOWN).order_by("-proposed_at", "-case_id", "-number")


def counts_for(user: User) -> dict[str, int]:
    """How many cards each tab of the list holds. One query."""
    found: dict[str, int] = Card.objects.filter(policy.visible_to(user)).aggregate(
        **{tab: Count("number", filter=Q(state__in=states)) for tab, states in TABS.items()}
    )
    return found


def card_for(user: User, number: str, card_number: int) -> Card:
    """One card. One query. Raises NotFound, also for a card of others."""
    parsed = case_rules.parse_case_number(number)
    if parsed is not None and card_number < 2**15:
        rows = Card.objects.filter(policy.visible_to(user), case_id=parsed[0], number=card_number)
        card = rows.select_related(*_SHOWN).first()
        if card is not None and card.case.reported_on == parsed[1]:
            return card
    raise NotFound(_("There is no such card, or you may not see it."))


def cards_of(case: Case) -> list[Card]:
    """The cards on a case the reader has been shown, oldest first; no proposals. One query."""
    rows = Card.objects.filter(case_id=case.pk).exclude(state__in=(State.PROPOSED, State.DROPPED))
    found = list(rows.select_related("unit").order_by("number"))
    for card in found:
        card.case = case
    return found


def history_of(card: Card) -> list[CardEvent]:
    """What happened to the card, oldest first. One query."""
    rows = CardEvent.objects.filter(case_id=card.case_id, card_number=card.number)
    return list(rows.select_related("actor", "post__unit").order_by("number"))


def entries_of(history: list[CardEvent]) -> list[Line]:
    """The history in words. No query."""
    done = {name: deed.done for name, deed in DEEDS.items()}
    return [
        line_of(event, icons=ICONS, deeds=done, happened=HAPPENED, badge=Level(event.level).label)
        for event in history
    ]


def ground_words(card: Card) -> str:
    """What the card is for: “26 working hours over the limit (rule: …)”. No query."""
    if card.rule is None:
        return str(card.get_what_display())
    words = _("%(count)s %(what)s (rule “%(rule)s”: from %(least)s)")
    return words % {
        "count": card.value, "what": card.get_what_display(), "rule": card.rule.name,
        "least": card.rule.least,
    }  # fmt: skip


def sees_case(user: User, case_id: int) -> bool:
    """Whether the case of a card may be opened too. One query."""
    return cases.may_see(user, case_id)


def rules_newest() -> list[CardRule]:
    """Every rule, those that still hold first. One query."""
    rows = CardRule.objects.select_related("made_by").order_by("what", "least", "pk")
    return sorted(rows, key=lambda rule: rule.last_on is not None)


@dataclass(frozen=True)
class Standing:
    """What stands against a unit."""

    unit_id: int
    attend: int
    yellow: int
    red: int
    points: int


def standing_by_unit(user: User, *, since: date, until: date) -> dict[int, Standing]:
    """Cards that stand, by unit, of those issued in the period. One query."""
    rows = (
        _issued(user, since=since, until=until)
        .values("unit_id")
        .annotate(
            attend=Count("number", filter=Q(level=Level.ATTEND)),
            yellow=Count("number", filter=Q(level=Level.YELLOW)),
            red=Count("number", filter=Q(level=Level.RED)),
            total=Sum("points"),
        )
        .order_by("unit_id")
    )
    return {
        row["unit_id"]: Standing(
            row["unit_id"], row["attend"], row["yellow"], row["red"], row["total"] or 0
        )
        for row in rows
    }


def standing_cards_for(
    user: User, unit_id: int, *, level: str = "", since: date, until: date
) -> QuerySet[Card]:
    """The cards that a line of `standing_by_unit` counts, of one level or all; unordered. One
    query."""
    rows = _issued(user, since=since, until=until).filter(unit_id=unit_id)
    return (rows.filter(level=level) if level else rows).select_related(*_SHOWN)


def _issued(user: User, *, since: date, until: date) -> QuerySet[Card]:
    """Cards that stand, of those issued in the period."""
    return Card.objects.filter(
        policy.visible_to(user),
        state__in=STANDING,
        issued_at__gte=midnight(since),
        issued_at__lt=midnight(until + timedelta(days=1)),
    )
