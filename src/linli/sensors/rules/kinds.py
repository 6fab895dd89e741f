"""What rules of devices look for, and where an alarm stands."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class Sense(TextChoices):
    """What a rule looks for. Silent: the device has not been heard of for so many intervals."""

    ABOVE = "above", pgettext_lazy("sensors", "Value above")
    BELOW = "below", pgettext_lazy("sensors", "Value below")
    SILENT = "silent", pgettext_lazy("sensors", "Silent")


class RuleState(TextChoices):
    """A draft judges recorded readings only; a live rule opens cases."""

    DRAFT = "draft", pgettext_lazy("sensors", "Draft")
    LIVE = "live", pgettext_lazy("sensors", "Live")
    ENDED = "ended", pgettext_lazy("sensors", "Ended")


class Reason(TextChoices):
    """Why a reading was not taken."""

    UNREADABLE = "unreadable", pgettext_lazy("sensors", "Not readable")
    UNKNOWN = "unknown", pgettext_lazy("sensors", "Unknown device")
    INACTIVE = "inactive", pgettext_lazy("sensors", "Device switched off")
    FOREIGN = "foreign", pgettext_lazy("sensors", "Another sender's device")
    AHEAD = "ahead", pgettext_lazy("sensors", "Clock ahead")
    OLD = "old", pgettext_lazy("sensors", "Too old")
    IMPLAUSIBLE = "implausible", pgettext_lazy("sensors", "Not plausible")
