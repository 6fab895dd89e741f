"""Rules of cards, cards and their history. Cards belong to their case (design §5)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from linli.cards.rules.levels import COUNTED, Level, What
from linli.cards.rules.states import STANDING, State

_IN_STATE = [state.value for state in State]


def _known(field: str, values: list[str]) -> Q:
    return Q(**{f"{field}__in": values})


class CardRule(models.Model):
    """From which number on what is worth which card, from a day to a day (both included).

    Never changed but for its last day: a card names the rule it was proposed by.
    """

    name = models.CharField(max_length=80)
    what = models.CharField(max_length=8, choices=[(one.value, one.label) for one in COUNTED])
    least = models.PositiveSmallIntegerField()  # working hours, or times
    level = models.CharField(max_length=6, choices=Level.choices)
    points = models.SmallIntegerField()  # 0 or fewer
    source = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField()
    last_on = models.DateField(null=True)
    made_by = models.ForeignKey("staff.User", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["what", "least", "pk"]
        constraints = [
            models.CheckConstraint(
                name="cards_rule_counts",
                condition=Q(least__gte=1)
                & _known("what", [one.value for one in COUNTED])
                & _known("level", Level.values)
                & Q(points__range=(-100, 0)),
            ),
            models.CheckConstraint(
                name="cards_rule_days",
                condition=Q(last_on__isnull=True) | Q(last_on__gte=models.F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Card(models.Model):
    """One card against one unit for one case. Nothing follows from it by itself (P14)."""

    pk = models.CompositePrimaryKey("case_id", "number")
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    number = models.SmallIntegerField()  # within its case
    unit = models.ForeignKey("staff.Unit", models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=8, choices=What.choices)
    value = models.IntegerField(null=True)  # what the rule counted when it was proposed
    rule = models.ForeignKey(CardRule, models.PROTECT, null=True, related_name="+", db_index=False)
    level = models.CharField(max_length=6, choices=Level.choices)
    points = models.SmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    reply_until = models.DateTimeField(null=True)
    appeal_until = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    appealed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    event_count = models.SmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index("state", models.F("proposed_at").desc(), name="cards_card_state"),
            models.Index("unit", models.F("proposed_at").desc(), name="cards_card_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                name="cards_card_known",
                condition=_known("state", _IN_STATE)
                & _known("level", Level.values)
                & _known("what", What.values)
                & Q(points__range=(-100, 0)),
            ),
            models.CheckConstraint(  # no card stands that no person has issued
                name="cards_card_issued_by_somebody",
                condition=~Q(state__in=[state.value for state in STANDING])
                | Q(issued_by__isnull=False, issued_at__isnull=False),
            ),
            models.UniqueConstraint(  # one standing card a unit and case: the gravest
                "case",
                "unit",
                condition=Q(state__in=[state.value for state in STANDING]),
                name="cards_card_one_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.number}/{self.number}"

    @property
    def stands(self) -> bool:
        """Whether it counts for the unit."""
        return self.state in STANDING


class CardEvent(models.Model):
    """What happened to a card, by whose hand. Written once."""

    pk = models.CompositePrimaryKey("case_id", "card_number", "number")
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    card_number = models.SmallIntegerField()
    number = models.SmallIntegerField()
    deed = models.CharField(max_length=8)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        "staff.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    post = models.ForeignKey(
        "staff.Post", models.PROTECT, null=True, related_name="+", db_index=False
    )
    level = models.CharField(max_length=6, choices=Level.choices)
    words = models.TextField(default="")
