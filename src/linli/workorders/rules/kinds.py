"""Words of this package that are data: states, statuses, kinds, reasons (standards §5.5)."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CHANNEL = "work_order"
TELL, TARGET = "workorders.status", "workorders:"
MOST_BODY = 512 * 1024  # bytes of one order
MOST_FILES = 9  # attachments of one order
MOST_NUMBER = 80
TIMEOUT_S = 15.0
REPEATS_WITHIN = timedelta(days=30)  # the same caller with an open case is a repetition


class OrderState(TextChoices):
    """Where an order is here. Held: a person has to look before it becomes a case."""

    RECEIVED = "received", pgettext_lazy("order", "Received")
    HELD = "held", pgettext_lazy("order", "Waits for a person")
    TAKEN = "taken", pgettext_lazy("order", "Taken in")
    RETURNED = "returned", pgettext_lazy("order", "Returned")


class Review(TextChoices):
    """Which orders a person looks at first, beside those that could not be mapped."""

    FAULTY = "faulty", _("Only those that cannot be read")
    REPEATED = "repeated", _("Those too that may repeat an earlier complaint")
    ALWAYS = "always", _("All of them")


class Told(TextChoices):
    """How a status that the platform is told is doing."""

    SILENT = "silent", pgettext_lazy("told", "Not asked for")
    WAITING = "waiting", pgettext_lazy("told", "On its way")
    CONFIRMED = "confirmed", pgettext_lazy("told", "Confirmed")
    FAILED = "failed", pgettext_lazy("told", "Not taken")


class Kind(TextChoices):
    """The five kinds of concern (国办发〔2020〕53号)."""

    CONSULT = "consult", pgettext_lazy("concern", "Question")
    HELP = "help", pgettext_lazy("concern", "Request for help")
    COMPLAINT = "complaint", pgettext_lazy("concern", "Complaint")
    TIP = "tip", pgettext_lazy("concern", "Report of an offence")
    ADVICE = "advice", pgettext_lazy("concern", "Suggestion")


class Reason(TextChoices):
    """Why an order goes back (退单): what a platform's list may be translated into."""

    NOT_OURS = "not_ours", _("Not within the duties of this city or district")
    NOT_HERE = "not_here", _("The place lies outside this area")
    UNCLEAR = "unclear", _("The content or the place cannot be made out")
    REPEATED = "repeated", _("The same concern was already dispatched to us")
    BY_LAW = "by_law", _("It belongs to a court, an arbitration or another procedure by law")
    NOT_ACCEPTED = "not_accepted", _("The rules exclude it from being accepted")


class Status(TextChoices):
    """What a platform can be told about its order, in the order in which it usually happens."""

    ACCEPTED = "accepted", pgettext_lazy("status", "Accepted")
    RETURNED = "returned", pgettext_lazy("status", "Returned to you")
    NOT_ACCEPTED = "not_accepted", pgettext_lazy("status", "Not accepted")
    MERGED = "merged", pgettext_lazy("status", "Joined with the same concern")
    FILED = "filed", pgettext_lazy("status", "Filed")
    DISPATCHED = "dispatched", pgettext_lazy("status", "Dispatched")
    HANDLING = "handling", pgettext_lazy("status", "Being handled")
    EXTENSION = "extension", pgettext_lazy("status", "More time is asked for")
    SUSPENDED = "suspended", pgettext_lazy("status", "Suspended")
    RESUMED = "resumed", pgettext_lazy("status", "Resumed")
    HANDLED = "handled", pgettext_lazy("status", "Handled")
    CLOSED = "closed", pgettext_lazy("status", "Closed")
    CALLED_BACK = "called_back", pgettext_lazy("status", "The person was called back")
    EVALUATED = "evaluated", pgettext_lazy("status", "Evaluated")
    REOPENED = "reopened", pgettext_lazy("status", "Opened again")


#: What an event of the case says to the platform; other moves are the centre's own affair.
STATUS_OF_MOVE: dict[str, Status] = {
    "file": Status.FILED,
    "dispatch": Status.DISPATCHED,
    "arbitrate": Status.DISPATCHED,
    "accept": Status.HANDLING,
    "report_back": Status.HANDLED,
    "rework": Status.HANDLING,
    "close": Status.CLOSED,
    "self_handle": Status.CLOSED,
    "dismiss": Status.NOT_ACCEPTED,
    "void": Status.NOT_ACCEPTED,
    "merge": Status.MERGED,
    "unmerge": Status.ACCEPTED,
    "reopen": Status.REOPENED,
    "suspend": Status.SUSPENDED,
    "consent_suspension": Status.SUSPENDED,
    "resume": Status.RESUMED,
    "give_feedback": Status.CALLED_BACK,
    "evaluate": Status.EVALUATED,
}


def target_of(platform_id: int) -> str:
    """The receiver as the outbox knows it."""
    return f"{TARGET}{platform_id}"


def platform_of(target: str) -> int:
    """The platform that a target belongs to."""
    return int(target.removeprefix(TARGET))
