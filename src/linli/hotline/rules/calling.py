"""What a call is about, and how it ends (R123, R147)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Outcome(TextChoices):
    """How a call ended; counted apart."""

    ANSWERED = "answered", pgettext_lazy("call", "Answered at once")
    CASE = "case", pgettext_lazy("call", "A case was opened")
    JOINED = "joined", pgettext_lazy("call", "Joined a known case")
    DROPPED = "dropped", pgettext_lazy("call", "Nobody spoke")


class DefaultKind(NamedTuple):
    """A kind of call that a new line begins with; the limit is in working days."""

    code: str
    name: str
    name_en: str
    work_days: int


#: The five kinds of 国办发〔2020〕53号; the limits are those of Guangdong (standards 5.5).
DEFAULT_KINDS = (
    DefaultKind("consult", "咨询", "Question", 2),
    DefaultKind("help", "求助", "Request for help", 10),
    DefaultKind("complain", "投诉", "Complaint", 15),
    DefaultKind("report", "举报", "Tip-off", 15),
    DefaultKind("suggest", "建议", "Suggestion", 10),
)


def length_text(span: timedelta | None) -> str:
    """How long somebody spoke, as 4:07 or 1:02:33; “–” for what is not known."""
    if span is None:
        return "–"
    minutes, seconds = divmod(max(0, round(span.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def line_is_open(
    weekdays: Collection[int], opens_at: time | None, closes_at: time | None, local: datetime
) -> bool:
    """Whether a line is staffed at `local` (a local time). Weekdays are 1 (Monday) to 7.

    Without hours all day. Hours that end before they begin run past midnight: the early part
    belongs to the day before.
    """
    day, at = local.isoweekday(), local.time()
    if opens_at is None or closes_at is None:
        return day in weekdays
    if opens_at < closes_at:
        return day in weekdays and opens_at <= at < closes_at
    before = (day - 2) % 7 + 1
    return (day in weekdays and at >= opens_at) or (before in weekdays and at < closes_at)
