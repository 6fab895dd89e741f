"""The queues of the inbox: what each is called, and the move it waits for."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.cases.rules.consents import YES

Words = str | Promise


class Queue(NamedTuple):
    """A queue on screen. `move` is what its cases wait for; one click opens it."""

    label: Words
    icon: str
    move: str
    empty: Words


QUEUES: dict[str, Queue] = {
    "to_verify": Queue(
        pgettext_lazy("queue", "To verify"), "map-pin", "verify",
        _("Reports that somebody has to look at on site appear here."),
    ),
    "to_file": Queue(
        pgettext_lazy("queue", "To file"), "file-text", "file",
        _("New reports appear here."),
    ),
    "to_dispatch": Queue(
        pgettext_lazy("queue", "To dispatch"), "send", "dispatch",
        _("Filed cases appear here until a unit has them."),
    ),
    "to_arbitrate": Queue(
        pgettext_lazy("queue", "To arbitrate"), "scale", "arbitrate",
        _("Cases that units have sent back more than once appear here."),
    ),
    "to_accept": Queue(
        pgettext_lazy("queue", "To accept"), "inbox", "accept",
        _("Work sent to your unit appears here."),
    ),
    "to_handle": Queue(
        pgettext_lazy("queue", "Being handled"), "tool", "report_back",
        _("Cases that your unit has accepted appear here."),
    ),
    "to_request_check": Queue(
        pgettext_lazy("queue", "To send for a check"), "clipboard-list", "request_check",
        _("Handled cases appear here until somebody is sent to look."),
    ),
    "to_check": Queue(
        pgettext_lazy("queue", "To check"), "clipboard-check", "check",
        _("Handled cases that you may check on site appear here."),
    ),
    "to_close": Queue(
        pgettext_lazy("queue", "To close"), "checks", "close",
        _("Checked cases appear here until they are closed or sent back."),
    ),
    "to_sign": Queue(
        pgettext_lazy("queue", "To sign"), "edit", "sign_escalation",
        _("Escalations that wait for your signature appear here."),
    ),
    "to_extend": Queue(
        pgettext_lazy("queue", "More time asked"), "calendar-time", "extend",
        _("Requests for more time appear here."),
    ),
    "to_suspend": Queue(
        pgettext_lazy("queue", "Suspension asked"), "player-pause", "suspend",
        _("Requests for a suspension appear here."),
    ),
    "to_consent": Queue(
        pgettext_lazy("queue", "Second consent"), "checks", "consent_extension",
        _("Requests with a first consent that wait for yours appear here."),
    ),
    "to_call_back": Queue(
        pgettext_lazy("queue", "To call back"), "phone-call", "reopen",
        _("Cases whose reporter was not satisfied appear here."),
    ),
    "late": Queue(
        pgettext_lazy("queue", "Overdue"), "alarm", "",
        _("Open cases past their limit appear here."),
    ),
}  # fmt: skip


def move_in(queue: Queue, pending: str) -> str:
    """What a case waits for in `queue`: of a request, the move that says yes at its tier."""
    return YES.get(pending, queue.move) if queue.move in YES.values() else queue.move


def queue_choices() -> list[tuple[str, Words]]:
    """Names and labels, for the filter."""
    return [(name, queue.label) for name, queue in QUEUES.items()]
