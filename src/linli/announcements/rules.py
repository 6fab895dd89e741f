"""Announcements: what they are, who can be meant, what needs a second person."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Final, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NEVER: Final = "never"
MOST_FILES = 6
MOST_PEOPLE = 20_000  # of one announcement
MOST_SHOWN = 300  # names on one page
HOURS, REMINDERS = (1, 720), (0, 5)  # of reminders, as far as a city may set them
KEPT = timedelta(days=365)  # who read it; the counts stay


class Kind(TextChoices):
    """An announcement, or a short message from a leader to those on duty."""

    ANNOUNCEMENT = "announcement", pgettext_lazy("announcements", "Announcement")
    MESSAGE = "message", pgettext_lazy("announcements", "Message to those on duty")


class Importance(TextChoices):
    """How much it matters, rising."""

    ORDINARY = "ordinary", pgettext_lazy("importance", "Ordinary")
    IMPORTANT = "important", pgettext_lazy("importance", "Important")
    URGENT = "urgent", pgettext_lazy("importance", "Urgent")


class State(TextChoices):
    """Where an announcement is. Superseded: a corrected version has taken its place."""

    DRAFT = "draft", pgettext_lazy("announcements", "Draft")
    WAITING = "waiting", pgettext_lazy("announcements", "Waits for approval")
    PUBLISHED = "published", pgettext_lazy("announcements", "Published")
    SUPERSEDED = "superseded", pgettext_lazy("announcements", "Replaced by a correction")
    WITHDRAWN = "withdrawn", pgettext_lazy("announcements", "Withdrawn")


class Audience(TextChoices):
    """Where those it is meant for work; roles narrow it."""

    EVERYONE = "everyone", _("Everyone in my unit and those below")
    UNITS = "units", _("These units and those below")
    REGIONS = "regions", _("Those whose work lies in these regions")
    DUTY = "duty", _("Those on duty now in these regions")


class Deed(TextChoices):
    """What the history of an announcement tells."""

    WRITTEN = "written", pgettext_lazy("announcements", "written")
    SUBMITTED = "submitted", pgettext_lazy("announcements", "handed in for approval")
    RETURNED = "returned", pgettext_lazy("announcements", "returned")
    PUBLISHED = "published", pgettext_lazy("announcements", "published")
    REMINDED = "reminded", pgettext_lazy("announcements", "reminded")
    CORRECTED = "corrected", pgettext_lazy("announcements", "replaced by a correction")
    WITHDRAWN = "withdrawn", pgettext_lazy("announcements", "withdrawn")


SENT: Final = (State.PUBLISHED, State.SUPERSEDED, State.WITHDRAWN)  # people have been told
#: Grants of those who watch over a centre by day and night; a face signs them in.
DUTY_GRANTS: set[str] = set()


def register_duty(*grants: str) -> None:
    """Holders of these grants are on duty for the area of their centre."""
    DUTY_GRANTS.update(grants)


def reaches(importance: str, least: str) -> bool:
    """Whether `importance` is `least` or more; nothing reaches “never”."""
    order = Importance.values
    return least in order and order.index(importance) >= order.index(least)


class Progress(NamedTuple):
    """How many were told, have read, have confirmed."""

    told: int
    read: int
    confirmed: int


def fingerprint(user_ids: Iterable[int]) -> str:
    """Some people as a few letters, in any order: what was shown is what is sent to."""
    text = ",".join(str(one) for one in sorted(set(user_ids)))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def title_of(text: str, most: int = 40) -> str:
    """The first line of a message, cut."""
    line = " ".join(text.strip().splitlines()[:1]).strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"


def outside(chosen: Collection[int], allowed: Collection[int]) -> list[int]:
    """What somebody chose and may not, sorted."""
    return sorted(set(chosen) - set(allowed))
