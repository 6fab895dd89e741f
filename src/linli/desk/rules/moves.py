"""How the table of moves looks on the desk: what is grave, what each input is called."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise

#: What cannot easily be undone.
GRAVE = frozenset({"void", "dismiss", "merge"})
#: What moves a case along the seven steps stands before the side doors.
MAIN = (
    "verify", "file", "dispatch", "arbitrate", "accept", "report_back", "request_check", "check",
    "close", "rework", "evaluate", "extend", "endorse_extension", "consent_extension",
    "consent_suspension", "refuse_extension", "refuse_suspension", "refuse_consent",
    "withdraw_request",
    "sign_escalation", "refuse_escalation", "resume", "co_report", "give_feedback",
    "request_verification", "self_handle", "reopen", "supervise", "comment",
)  # fmt: skip

_LABELS: dict[str, Words] = {
    "opinion": pgettext_lazy("input", "Opinion"),
    "assignee": pgettext_lazy("input", "Who goes there"),
    "true": pgettext_lazy("input", "Is the report true?"),
    "passed": pgettext_lazy("input", "Is the problem solved?"),
    "place": pgettext_lazy("input", "Place"),
    "files": pgettext_lazy("input", "Photos and files"),
    "case_class": pgettext_lazy("input", "Class"),
    "condition": pgettext_lazy("input", "Filing condition"),
    "urgency": pgettext_lazy("input", "Urgency"),
    "handling": pgettext_lazy("input", "Kind of handling"),
    "unit": pgettext_lazy("input", "Unit that has to act"),
    "co_units": pgettext_lazy("input", "Units that help"),
    "rating": pgettext_lazy("input", "Rating"),
    "level": pgettext_lazy("input", "Level"),
    "into": pgettext_lazy("input", "Number of the case it joins"),
    "until": pgettext_lazy("input", "Until"),
    "limit": pgettext_lazy("input", "More time"),
    "centre": pgettext_lazy("input", "Centre"),
    "address": pgettext_lazy("input", "Address"),
}
_OWN_LABELS: dict[tuple[str, str], Words] = {
    ("report_back", "opinion"): pgettext_lazy("input", "What was done"),
    ("report_back", "files"): pgettext_lazy("input", "Photos after the work"),
    ("self_handle", "opinion"): pgettext_lazy("input", "What was done"),
    ("self_handle", "files"): pgettext_lazy("input", "Photos after the work"),
    ("check", "files"): pgettext_lazy("input", "Photos of the check"),
    ("report_back", "place"): pgettext_lazy("input", "Where the work was done"),
    ("check", "place"): pgettext_lazy("input", "Where the check was made"),
    ("ask_reporter", "opinion"): pgettext_lazy("input", "Question"),
    ("answer", "opinion"): pgettext_lazy("input", "Answer"),
    ("give_feedback", "opinion"): pgettext_lazy("input", "What the person was told"),
    ("comment", "opinion"): pgettext_lazy("input", "Comment"),
    ("supervise", "opinion"): pgettext_lazy("input", "Order"),
    ("co_report", "opinion"): pgettext_lazy("input", "What our unit did"),
    ("arbitrate", "legal_basis"): pgettext_lazy("input", "Legal basis"),
    ("suspend", "until"): pgettext_lazy("input", "Goes on on"),
    ("ask_suspension", "until"): pgettext_lazy("input", "Goes on on"),
    ("endorse_suspension", "until"): pgettext_lazy("input", "Goes on on"),
    ("supervise", "until"): pgettext_lazy("input", "To be done by"),
}
_HELP: dict[tuple[str, str], Words] = {
    ("dismiss", "opinion"): _("The person who reported reads this."),
    ("void", "opinion"): _("The person who reported reads this."),
    ("merge", "opinion"): _("The person who reported reads this."),
    ("report_back", "opinion"): _("The person who reported reads this."),
    ("self_handle", "opinion"): _("The person who reported reads this."),
    ("ask_reporter", "opinion"): _("The person reads this; the clock stands still meanwhile."),
    ("suspend", "opinion"): _("A case can be suspended only once; the clock stands still."),
    ("ask_suspension", "opinion"): _(
        "A case can be suspended only once. Say why nothing can be done until that day."
    ),
    ("endorse_suspension", "opinion"): _("The tier above reads this before it decides."),
    ("endorse_extension", "opinion"): _("The tier above reads this before it decides."),
    ("refuse_extension", "opinion"): _("The unit reads this."),
    ("refuse_suspension", "opinion"): _("The unit reads this."),
    ("refuse_consent", "opinion"): _("The unit and whoever consented first read this."),
    ("request_verification", "assignee"): _("Left open, the worker of the grid goes."),
    ("request_check", "assignee"): _("Left open, the worker of the grid goes."),
    ("decline", "opinion"): _("Say whose work it is; declined cases are counted for the unit."),
    ("arbitrate", "legal_basis"): _(
        "The law, the list of powers or the minutes that make it this unit's work; it stands in"
        " the report of designations."
    ),
}
#: What happens if one does it, for somebody who is new here.
_ABOUT: dict[str, Words] = {
    "request_verification": _(
        "Somebody goes and looks whether the report is true before it is filed."
    ),
    "verify": _("Say what you found on site; the case goes back to the centre, which decides."),
    "file": _(
        "The report becomes a case: class, place and condition are fixed, "
        "and the limits follow from them."
    ),
    "dispatch": _(
        "The unit gets the case with a limit. The unit that the rules name stands first, with the"
        " reason."
    ),
    "arbitrate": _(
        "Units have sent the case back more than once. Read why, and name the unit whose work it"
        " is; it cannot send the case back, only its leader can."
    ),
    "accept": _("Your unit takes the case on; from now on the time for handling runs."),
    "report_back": _(
        "The work is done: say what was done and prove it with a photo. "
        "The centre then has it checked."
    ),
    "request_check": _(
        "Somebody who did not handle the case looks on site whether the problem is solved."
    ),
    "check": _("Look on site, take a photo there, and say whether the problem is solved."),
    "close": _("The check was passed: the case ends and whoever reported is asked for a rating."),
    "evaluate": _("Note how satisfied the person who reported is."),
    "self_handle": _("Found and solved on the spot: the case is closed at once and counted apart."),
    "dismiss": _("The report does not become a case. It ends here."),
    "merge": _(
        "The same problem is known already: this report joins the other case and follows it."
    ),
    "unmerge": _("The report becomes a case of its own again."),
    "void": _("The case was a mistake. It ends, stays readable, and counts for nobody."),
    "decline": _(
        "It is not the work of your unit: the case goes back to the centre to be dispatched anew."
    ),
    "rework": _("The check was not passed: the same unit has to do it again."),
    "reopen": _("The problem is not solved, or is back: the case is dispatched again."),
    "co_report": _("Tell the lead unit and the centre what your unit has done."),
    "give_feedback": _(
        "Note what the person who reported was told; some cases cannot be closed before."
    ),
    "suspend": _(
        "Nothing can be done at present: the clock stands still until the day you choose."
    ),
    "ask_suspension": _(
        "Ask the centre to let the case stand still until a day. The clock runs on until it"
        " answers."
    ),
    "endorse_suspension": _(
        "A suspension this long needs two consents: with yours it goes to the tier above, which"
        " gives the second."
    ),
    "refuse_suspension": _("The case goes on; the clock runs as before."),
    "consent_suspension": _(
        "The second consent: the clock stands still until the day that was consented to first."
    ),
    "resume": _("The clock runs again, with the time that was left."),
    "ask_extension": _(
        "Ask the centre for more time, before the limit is over. "
        "The clock runs on until it answers."
    ),
    "extend": _("The unit gets the time it asked for."),
    "endorse_extension": _(
        "This request needs two consents: with yours it goes to the tier above, which gives the"
        " second. Until then the limit stays as it is."
    ),
    "refuse_extension": _("The limit stays as it is."),
    "consent_extension": _("The second consent: the unit gets the time it asked for."),
    "refuse_consent": _("Nothing is granted: the limit stays as it is and the case goes on."),
    "withdraw_request": _(
        "Nothing is granted and nothing counts: whoever was asked need not decide any more, limit"
        " and clock stay as they are. Your unit may ask again."
    ),
    "ask_reporter": _("The question stands on the page on which the person follows the report."),
    "answer": _(
        "Note what the person answered on the telephone or at the counter; the clock runs again."
    ),
    "escalate": _("The tier above takes the case over. A street's leader signs first."),
    "sign_escalation": _("With your signature the case goes to the tier above."),
    "refuse_escalation": _("The case stays with this centre."),
    "delegate": _("The centre below takes the case over."),
    "transfer": _("The place belongs to another district; its centre takes the case over."),
    "amend": _("Correct what was entered. If class or urgency change, the limits are set anew."),
    "supervise": _(
        "Your order stands above the story; unit and centre are told at once. The stage stays."
    ),
    "comment": _("Your words stand in the story. Nothing else changes."),
}
YES_NO: dict[str, tuple[Words, Words]] = {
    "true": (_("True: it is as reported"), _("Not true, or not there any more")),
    "passed": (_("Passed: the problem is solved"), _("Not passed: it has to be done again")),
}
RATINGS: tuple[tuple[int, Words], ...] = (
    (3, pgettext_lazy("rating", "Satisfied")),
    (2, pgettext_lazy("rating", "Fairly satisfied")),
    (1, pgettext_lazy("rating", "Not satisfied")),
)


def about(move: str) -> Words:
    """What happens if one makes `move`, in a sentence."""
    return _ABOUT[move]


def input_label(move: str, name: str, kind: str) -> Words:
    """What an input of a move is called."""
    if (move, name) in _OWN_LABELS:
        return _OWN_LABELS[move, name]
    if kind == "reason":
        return pgettext_lazy("input", "Reason")
    return _LABELS.get(name, name)


def input_help(move: str, name: str) -> Words:
    """A sentence below an input; empty if it needs none."""
    return _HELP.get((move, name), "")
