"""Where a case stands (design §3; R54, R55)."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stage(TextChoices):
    """The stages of a case; the seven steps of R54 are cut finer where somebody waits."""

    REPORTED = "reported", pgettext_lazy("stage", "Reported")
    VERIFYING = "verifying", pgettext_lazy("stage", "Verifying")
    FILED = "filed", pgettext_lazy("stage", "Filed")
    DISPATCHED = "dispatched", pgettext_lazy("stage", "Dispatched")
    HANDLING = "handling", pgettext_lazy("stage", "Handling")
    HANDLED = "handled", pgettext_lazy("stage", "Handled")
    CHECKING = "checking", pgettext_lazy("stage", "Checking")
    CLOSED = "closed", pgettext_lazy("stage", "Closed")
    EVALUATED = "evaluated", pgettext_lazy("stage", "Evaluated")
    DISMISSED = "dismissed", pgettext_lazy("stage", "Dismissed")
    MERGED = "merged", pgettext_lazy("stage", "Merged")
    VOIDED = "voided", pgettext_lazy("stage", "Voided")


#: The stages as a resident would say them.
STAGE_WORDS: dict[str, str | Promise] = {
    Stage.REPORTED: _("Received, waiting to be accepted"),
    Stage.VERIFYING: _("A grid worker is having a look"),
    Stage.FILED: _("Accepted, being assigned"),
    Stage.DISPATCHED: _("Assigned to the unit in charge"),
    Stage.HANDLING: _("Being dealt with"),
    Stage.HANDLED: _("Done, waiting for a check"),
    Stage.CHECKING: _("Being checked on site"),
    Stage.CLOSED: _("Solved"),
    Stage.EVALUATED: _("Solved"),
    Stage.DISMISSED: _("Not accepted"),
    Stage.MERGED: _("Joined with another report"),
    Stage.VOIDED: pgettext_lazy("told", "Cancelled"),
}
#: Stages in which somebody still has to act, in the order of the loop.
OPEN = (
    Stage.REPORTED,
    Stage.VERIFYING,
    Stage.FILED,
    Stage.DISPATCHED,
    Stage.HANDLING,
    Stage.HANDLED,
    Stage.CHECKING,
)
#: Stages that end a case, well or otherwise.
ENDED = (Stage.CLOSED, Stage.EVALUATED, Stage.DISMISSED, Stage.MERGED, Stage.VOIDED)

#: The seven published steps (R54) and the stages in which each is under way.
LOOP: tuple[tuple[str, object, tuple[Stage, ...]], ...] = (
    ("report", pgettext_lazy("step", "Report"), (Stage.REPORTED, Stage.VERIFYING)),
    ("file", pgettext_lazy("step", "File"), (Stage.FILED,)),
    ("dispatch", pgettext_lazy("step", "Dispatch"), (Stage.DISPATCHED,)),
    ("handle", pgettext_lazy("step", "Handle"), (Stage.HANDLING,)),
    ("feed_back", pgettext_lazy("step", "Report back"), (Stage.HANDLED, Stage.CHECKING)),
    ("close", pgettext_lazy("step", "Close"), (Stage.CLOSED,)),
    ("evaluate", pgettext_lazy("step", "Evaluate"), (Stage.EVALUATED,)),
)


class Urgency(TextChoices):
    """How fast; an urgent case jumps the tiers and skips the filing queue (R59)."""

    NORMAL = "normal", pgettext_lazy("urgency", "Normal")
    URGENT = "urgent", pgettext_lazy("urgency", "Urgent")


class Handling(TextChoices):
    """The four kinds of handling (R60–R63)."""

    GENERAL = "general", _("General: handled on the spot")
    COORDINATED = "coordinated", _("Coordinated: the person is told before closing")
    EMERGENCY = "emergency", _("Emergency: reported at once, the worker stays as tracker")
    APPROVAL = "approval", _("Approval: needs an administrative decision")


class Supervision(TextChoices):
    """How hard a leader presses (督办, R76), in rising order."""

    ATTEND = "attend", pgettext_lazy("level", "Attend to it")
    URGE = "urge", pgettext_lazy("level", "Urge")
    GRAVE = "grave", pgettext_lazy("level", "Grave: report to me")


class Channel(TextChoices):
    """Where a report came from (R69, R4); counted apart."""

    PORTAL = "portal", _("Resident portal")
    HOTLINE = "hotline", _("Hotline")
    WORK_ORDER = "work_order", _("Work order of a hotline platform")
    WORKER = "worker", _("Grid worker")
    WECHAT = "wechat", _("WeChat")
    OPEN311 = "open311", _("Open311")
    SENSOR = "sensor", _("Sensor")
    COUNTER = "counter", _("Service counter")
    PETITION = "petition", _("Letters and visits")
    POLICE = "police", _("Police hand-over")
    SUPERIOR = "superior", _("Superior platform")
    MEDIA = "media", _("Media")
    API = "api", _("Other system")
