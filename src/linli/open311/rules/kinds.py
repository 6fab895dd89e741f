"""How a report is answered, what became of its picture, where a case sent on stands."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Answering(TextChoices):
    """What a report is answered with at once (P4)."""

    REALTIME = "realtime", pgettext_lazy("open311", "With the number of the case")
    BATCH = "batch", pgettext_lazy("open311", "With a token; the number once it is filed")
    BLACKBOX = "blackbox", pgettext_lazy("open311", "With nothing to follow it by")


class MediaState(TextChoices):
    """What became of the picture a report pointed to."""

    NONE = "", pgettext_lazy("open311", "None")
    WAITING = "waiting", pgettext_lazy("open311", "Being fetched")
    KEPT = "kept", pgettext_lazy("open311", "Kept")
    REFUSED = "refused", pgettext_lazy("open311", "Not kept")


class ForwardState(TextChoices):
    """Where a case stands on its way to another system and back."""

    WAITING = "waiting", pgettext_lazy("open311", "Waiting to be sent")
    SENT = "sent", pgettext_lazy("open311", "Sent, open there")
    DONE = "done", pgettext_lazy("open311", "Closed there")
    FAILED = "failed", pgettext_lazy("open311", "Not sent")
    DROPPED = "dropped", pgettext_lazy("open311", "Given up")
