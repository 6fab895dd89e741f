"""The talk with a person, from anything they send to a report: pure, one turn at a time.

A report needs words (or a recording) and a place (a location or an address); they may come in any
order, with photos between. Nothing is sent before the person says so.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from linli.wechat.rules import hearing
from linli.wechat.rules.kinds import Step
from linli.wechat.rules.messages import MOST_WORDS

MOST_FILES = 9
MOST_ADDRESS = 200
LIVES = timedelta(hours=23)  # a draft, from its beginning: its photos wait for a day at most


class Say(StrEnum):
    """What is answered; the words are in `sayings`."""

    WELCOME = "welcome"
    HELP = "help"
    FORGOTTEN = "forgotten"
    WHAT = "what"
    WHERE = "where"
    WHAT_AND_WHERE = "what_and_where"
    CONFIRM = "confirm"
    SENDING = "sending"
    CANCELLED = "cancelled"
    NOTHING_TO_CANCEL = "nothing_to_cancel"
    NOTHING_TO_SUBMIT = "nothing_to_submit"
    NO_WORDS = "no_words"
    TOO_LONG = "too_long"
    TOO_MANY_FILES = "too_many_files"
    OUTSIDE = "outside"
    STRANGE = "strange"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has told so far. `place` is lon, lat in GCJ-02."""

    words: str = ""
    address: str = ""
    place: tuple[float, float] | None = None
    files: int = 0
    recorded: bool = False  # a recording may stand for the words

    @property
    def says_what(self) -> bool:
        return bool(self.words) or self.recorded

    @property
    def says_where(self) -> bool:
        return self.place is not None or bool(self.address)

    @property
    def is_whole(self) -> bool:
        return self.says_what and self.says_where

    def written(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Draft:
        """What `written` gave."""
        place = kept.get("place")
        return cls(**{**kept, "place": tuple(place) if place else None})


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the talk stands. `rating` is the number of the report that is to be rated."""

    step: Step = Step.IDLE
    draft: Draft = Draft()
    began_at: datetime | None = None
    rating: str = ""


#: What the database has to be asked for before there is an answer.
Question = hearing.Status | hearing.Rate | hearing.Reply


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: the talk after it, and what is answered or has to be looked up.

    `submit`: the draft is to be reported. `keep`: the file of this message belongs to the draft.
    """

    talk: Talk
    says: tuple[Say, ...] = ()
    question: Question | None = None
    submit: Draft | None = None
    keep: bool = False


def turn(talk: Talk, heard: hearing.Heard, *, now: datetime) -> Turn:
    """Answer `heard`. A draft that is too old is forgotten first, and the person is told."""
    if talk.step == Step.DRAFT and talk.began_at is not None and now - talk.began_at >= LIVES:
        after = turn(Talk(), heard, now=now)
        return replace(after, says=(Say.FORGOTTEN, *after.says)) if after.says else after
    if talk.step == Step.RATING:
        return _rating(talk, heard, now)
    match heard:
        case hearing.Nothing():
            return Turn(talk)
        case hearing.Came():
            return Turn(talk, (Say.WELCOME,))
        case hearing.Went():
            return Turn(Talk())
        case hearing.Strange():
            return Turn(talk, (Say.STRANGE,))
        case hearing.Status() | hearing.Reply():
            return Turn(talk, question=heard)
        case hearing.Told(command):
            return _command(talk, command)
        case hearing.Rate() if talk.step == Step.IDLE:
            return Turn(talk, question=heard)
        case hearing.Rate():
            return _asked(talk)  # within a draft: first that, then this
        case hearing.Words(text, voice):
            return _words(talk, text, voice, now)
        case hearing.Here(place, label):
            began = _begun(talk, now)
            draft = replace(began.draft, place=place, address=label or began.draft.address)
            return _asked(replace(began, draft=draft))
        case hearing.Media(kind):
            return _media(talk, kind, now)


def _rating(talk: Talk, heard: hearing.Heard, now: datetime) -> Turn:
    """How many stars: a number or a word; anything else is another matter."""
    idle = Talk()
    rating, words = 0, ""
    if isinstance(heard, hearing.Words):
        rating, words = hearing.rating_of(heard.text)
    elif isinstance(heard, hearing.Rate) and not heard.number:
        rating, words = heard.rating, heard.words
    elif heard == hearing.Told("yes"):
        rating = 1  # “1” says yes elsewhere
    elif heard == hearing.Told("cancel"):
        return Turn(idle, (Say.CANCELLED,))
    if rating:
        return Turn(idle, question=hearing.Rate(rating, talk.rating, words))
    if isinstance(heard, hearing.Nothing):
        return Turn(talk)
    return turn(idle, heard, now=now)


def _command(talk: Talk, command: hearing.Command) -> Turn:
    drafting = talk.step == Step.DRAFT
    match command:
        case "cancel":
            return Turn(Talk(), (Say.CANCELLED if drafting else Say.NOTHING_TO_CANCEL,))
        case "submit" | "yes" if drafting and talk.draft.is_whole:
            return Turn(Talk(), (Say.SENDING,), submit=talk.draft)
        case "submit" | "yes" if drafting:
            return _asked(talk)
        case "submit":
            return Turn(talk, (Say.NOTHING_TO_SUBMIT,))
    return Turn(talk, (Say.HELP,))


def _words(talk: Talk, text: str, voice: bool, now: datetime) -> Turn:
    if not hearing.has_letters(text):
        return Turn(talk, (Say.NO_WORDS,))
    began = _begun(talk, now)
    draft, keep = began.draft, False
    if voice and draft.files < MOST_FILES:
        draft, keep = replace(draft, files=draft.files + 1), True
    if draft.words and not draft.says_where and len(text) <= MOST_ADDRESS:
        draft = replace(draft, address=text)
    else:
        words = f"{draft.words}\n{text}".strip()
        if len(words) > MOST_WORDS:
            return Turn(talk, (Say.TOO_LONG,))
        draft = replace(draft, words=words)
    return replace(_asked(replace(began, draft=draft)), keep=keep)


def _media(talk: Talk, kind: str, now: datetime) -> Turn:
    began = _begun(talk, now)
    if began.draft.files >= MOST_FILES:
        return Turn(talk, (Say.TOO_MANY_FILES,))
    draft = replace(
        began.draft,
        files=began.draft.files + 1,
        recorded=began.draft.recorded or kind == "audio",
    )
    return replace(_asked(replace(began, draft=draft)), keep=True)


def _begun(talk: Talk, now: datetime) -> Talk:
    return talk if talk.step == Step.DRAFT else Talk(Step.DRAFT, Draft(), now)


def _asked(talk: Talk) -> Turn:
    """Ask for what is missing; else whether it may be sent."""
    if talk.draft.is_whole:
        say = Say.CONFIRM
    elif talk.draft.says_what:
        say = Say.WHERE
    elif talk.draft.says_where:
        say = Say.WHAT
    else:
        say = Say.WHAT_AND_WHERE
    return Turn(talk, (say,))
