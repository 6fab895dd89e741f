"""Choices of the tables."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Mode(TextChoices):
    """How WeChat hands messages over. Its “compatible” mode counts as safe: what is sealed is
    there too, and nothing else is read."""

    SAFE = "safe", _("Encrypted (safe or compatible mode)")
    PLAIN = "plain", _("Plain text, signed")


class Step(TextChoices):
    """Where the talk with a person stands."""

    IDLE = "idle", "idle"
    DRAFT = "draft", "draft"
    RATING = "rating", "rating"


class MediaState(TextChoices):
    """A picture, recording or video that a message brought."""

    NONE = "none", "none"
    WAITING = "waiting", "waiting"
    KEPT = "kept", "kept"
    REFUSED = "refused", "refused"


class WorkState(TextChoices):
    """What a message asks to be done."""

    NONE = "none", "none"
    WAITING = "waiting", "waiting"
    DONE = "done", "done"
    REFUSED = "refused", "refused"


class News(TextChoices):
    """What the person hears of without asking, each by a template of its own."""

    RECEIVED = "received", pgettext_lazy("wechat news", "Report received, with its number")
    ACCEPTED = "accepted", pgettext_lazy("wechat news", "Report accepted")
    ASKED = "asked", pgettext_lazy("wechat news", "The centre has a question")
    SOLVED = "solved", pgettext_lazy("wechat news", "Solved: please rate")
    REFUSED = "refused", pgettext_lazy("wechat news", "Not accepted, or cancelled")
    REOPENED = "reopened", pgettext_lazy("wechat news", "Open again")


#: Moves a reporter hears of, and as what.
NEWS_OF = {
    "file": News.ACCEPTED, "ask_reporter": News.ASKED, "close": News.SOLVED,
    "self_handle": News.SOLVED, "dismiss": News.REFUSED, "void": News.REFUSED,
    "reopen": News.REOPENED,
}  # fmt: skip
