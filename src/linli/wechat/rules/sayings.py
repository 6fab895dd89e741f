"""What is answered, in the language of the moment; the person reads it in a small window."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from linli.wechat.rules.dialogue import MOST_FILES, Draft, Say
from linli.wechat.rules.messages import MOST_WORDS

_SHOWN = 80  # letters of the words that are repeated before they are sent

_HOW = gettext_lazy(
    "Send a photo, a sentence and your location, in any order, then “submit”.\n"
    "Others: “status”, “rate”, “answer …”, “cancel”, “help”.\n"
    "In an emergency call 110, 119 or 120."
)
_SAYINGS: Mapping[Say, str | Promise] = {
    Say.FORGOTTEN: gettext_lazy("What you began earlier was not sent, and has been deleted."),
    Say.WHAT: gettext_lazy("Noted. What is the matter there? Please say it in a sentence."),
    Say.WHERE: gettext_lazy(
        "Noted. Where is it? Please send your location (+ → Location), or write the address."
    ),
    Say.WHAT_AND_WHERE: gettext_lazy(
        "Noted. What is the matter, and where? Please send a sentence, then your location."
    ),
    Say.SENDING: gettext_lazy(
        "Thank you, your report is being sent. You get its number in a moment; “status” shows it."
    ),
    Say.CANCELLED: gettext_lazy("Cancelled; nothing was sent."),
    Say.NOTHING_TO_CANCEL: gettext_lazy("There is nothing to cancel."),
    Say.NOTHING_TO_SUBMIT: gettext_lazy("There is nothing to submit yet. What is the matter?"),
    Say.NO_WORDS: gettext_lazy("Please say in a few words what is the matter, or send “help”."),
    Say.OUTSIDE: gettext_lazy(
        "This location lies outside the area served here. Please send another."
    ),
    Say.STRANGE: gettext_lazy(
        "This cannot be a report. Please send text, a photo, a voice message, a video or a "
        "location."
    ),
}


def words_of(say: Say, *, name: str, draft: Draft) -> str:
    """One saying; `name` is the account's, `draft` what the talk is about."""
    match say:
        case Say.WELCOME:
            return (
                _(
                    "Welcome to %(name)s. Here you can report problems of the neighbourhood.\n"
                    "What you send is used for your report alone; your WeChat number is kept "
                    "encrypted."
                )
                % {"name": name}
                + f"\n\n{_HOW}"
            )
        case Say.HELP:
            return str(_HOW)
        case Say.CONFIRM:
            return _summary(draft)
        case Say.TOO_LONG:
            return _("This is too long: at most %d characters in all. The last was left out.") % (
                MOST_WORDS
            )
        case Say.TOO_MANY_FILES:
            return _("At most %d files, please. The last was left out.") % MOST_FILES
    return str(_SAYINGS[say])


def _summary(draft: Draft) -> str:
    words = draft.words or _("(voice message)")
    if len(words) > _SHOWN:
        words = words[:_SHOWN] + "…"
    lines = [
        _("What: %s") % words,
        _("Where: %s") % (draft.address or _("the location you sent")),
    ]
    if draft.files:
        lines.append(_("Files: %d") % draft.files)
    return "\n".join([*lines, "", _("Send it? “1” sends, “cancel” deletes; or add to it.")])


def rating_question(number: str) -> str:
    """How was it solved."""
    return _(
        "%(number)s: are you satisfied?\n3 satisfied, 2 fairly, 1 not satisfied; add words if you "
        "like."
    ) % {"number": number}


def thanks_for_rating() -> str:
    return _("Thank you for your rating.")


def thanks_for_answer() -> str:
    return _("Thank you. The centre gets your answer.")


def nothing_to_rate() -> str:
    return _("None of your reports waits for a rating. “status” shows how they stand.")


def nothing_to_answer() -> str:
    return _("None of your reports has an open question. “status” shows how they stand.")


def which_number(verb: str, numbers: list[str]) -> str:
    """Several would do: `verb` and a number say which."""
    return _("Which one? Write “%(verb)s” and the number:\n%(numbers)s") % {
        "verb": verb,
        "numbers": "\n".join(numbers),
    }


def no_reports() -> str:
    return _("You have not reported anything here yet.")


def not_yours() -> str:
    return _(
        "You have not reported under this number here. Reports from elsewhere are followed by "
        "number and secret on the site."
    )


def too_fast() -> str:
    return _("That was a lot at once. Please wait a minute; the last message was left out.")


def reminder_to_rate() -> str:
    return _("“rate” says whether it is solved.")


def reminder_to_answer() -> str:
    return _("“answer” and your words answer the question.")
