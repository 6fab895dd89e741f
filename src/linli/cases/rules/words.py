"""What stands in the word index of a case beside its pairs of letters: the month of its report."""

from __future__ import annotations

from datetime import UTC, datetime


def month_mark(at: datetime) -> str:
    """The month (UTC) as an entry of the index: “@202611”. No pair of letters looks like it."""
    return f"@{at.astimezone(UTC):%Y%m}"


def months_back(at: datetime, count: int) -> datetime:
    """The beginning (UTC) of the month `count` months before that of `at`."""
    at = at.astimezone(UTC)
    year, month = divmod(at.year * 12 + at.month - 1 - count, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)
