"""How grave a card is and what it is given for (standards §5.4: 0, −5, −10; only upward)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Level(TextChoices):
    """In rising order."""

    ATTEND = "attend", pgettext_lazy("card", "Ordinary supervision")
    YELLOW = "yellow", pgettext_lazy("card", "Yellow card")
    RED = "red", pgettext_lazy("card", "Red card")


#: What a card costs its unit unless the rule says otherwise.
POINTS: dict[str, int] = {Level.ATTEND: 0, Level.YELLOW: -5, Level.RED: -10}
_RANKS = {level.value: rank for rank, level in enumerate(Level)}


def rank(level: str) -> int:
    """0 for the lowest level."""
    return _RANKS[level]


class What(TextChoices):
    """What a rule counts; `BY_HAND` is for cards that a person gives without a rule."""

    OVERDUE = "overdue", pgettext_lazy("card", "working hours over the limit")
    REWORKS = "reworks", pgettext_lazy("card", "times reworked")
    RETURNS = "returns", pgettext_lazy("card", "times sent back by the unit")
    ORDERS = "orders", pgettext_lazy("card", "supervision orders not met")
    BY_HAND = "by_hand", pgettext_lazy("card", "given by a person")


#: What a rule can count.
COUNTED = (What.OVERDUE, What.REWORKS, What.RETURNS, What.ORDERS)
