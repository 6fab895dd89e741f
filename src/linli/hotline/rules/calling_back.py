"""Who is called back and why, when, and what they said (R80; standards 5.5)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import pgettext_lazy


class Reason(TextChoices):
    """Why somebody is called back."""

    PROMISED = "promised", pgettext_lazy("call back", "An answer was promised")
    RESULT = "result", pgettext_lazy("call back", "Wants to hear the result")
    UNHAPPY = "unhappy", pgettext_lazy("call back", "Was not satisfied")


class Result(TextChoices):
    """How a call-back ended."""

    REACHED = "reached", pgettext_lazy("call back", "Reached")
    GIVEN_UP = "given_up", pgettext_lazy("call back", "Not reached")
    NEEDLESS = "needless", pgettext_lazy("call back", "No longer needed")


class Satisfaction(IntegerChoices):
    """满意, 基本满意, 不满意: the same numbers as the rating of a case."""

    SATISFIED = 3, pgettext_lazy("satisfaction", "Satisfied")
    BASIC = 2, pgettext_lazy("satisfaction", "Basically satisfied")
    NOT = 1, pgettext_lazy("satisfaction", "Not satisfied")


#: How long to wait after the first, the second, … call that nobody took.
PAUSES = (timedelta(hours=2), timedelta(hours=20), timedelta(days=2))


def next_try_at(tries: int, most: int, now: datetime) -> datetime | None:
    """When to try again after `tries` calls that nobody took; None: it is given up."""
    if tries >= most:
        return None
    return now + PAUSES[min(tries, len(PAUSES)) - 1]
