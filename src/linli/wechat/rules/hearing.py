"""What a person means by a message: words read as commands, ratings, numbers, or as words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from linli.cases.rules import parse_case_number
from linli.wechat.rules.messages import FILES, Message

Command = Literal["submit", "yes", "cancel", "help"]
LEAST_LETTERS = 2  # fewer say nothing about a problem


@dataclass(frozen=True, slots=True)
class Words:
    """A text, or a voice message that WeChat has understood."""

    text: str
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Here:
    """A location: lon, lat in GCJ-02."""

    place: tuple[float, float]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """A photo, a recording or a video."""

    kind: str


@dataclass(frozen=True, slots=True)
class Told:
    """A command, by whatever word."""

    command: Command


@dataclass(frozen=True, slots=True)
class Status:
    """How do my reports stand: of one number, or of all of mine."""

    number: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rating, 1 to 3, of a solved report; 0 where it is to be asked."""

    rating: int = 0
    number: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a question of the centre."""

    words: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """Follows the account, from now on."""


@dataclass(frozen=True, slots=True)
class Went:
    """Follows it no more."""


@dataclass(frozen=True, slots=True)
class Strange:
    """A kind of message that is no report: a link, a card, a sticker."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """An event that asks for no answer."""


Heard = Words | Here | Media | Told | Status | Rate | Reply | Came | Went | Strange | Nothing

_COMMANDS: dict[str, Command] = {
    **dict.fromkeys(("提交", "确认", "确认提交", "submit", "send"), "submit"),
    **dict.fromkeys(("1", "是", "是的", "好", "好的", "对", "ok", "yes", "y"), "yes"),
    **dict.fromkeys(("取消", "放弃", "不报了", "算了", "cancel", "stop"), "cancel"),
    **dict.fromkeys(
        ("帮助", "幫助", "菜单", "使用说明", "你好", "您好", "在吗", "help", "hello", "hi"),
        "help",
    ),
}  # fmt: skip
_STATUS = re.compile(r"(?:查?进度|進度|查询|查詢|我的上报|status)\s*[:：]?\s*(?P<rest>.*)", re.S)
_RATE = re.compile(r"(?:评价|評價|评分|rate)\s*[:：]?\s*(?P<rest>.*)", re.S)
_REPLY = re.compile(r"(?:答复|答覆|回复|回覆|answer|reply)\s*[:：]?\s*(?P<rest>.*)", re.S)
_NUMBER = re.compile(r"(?P<number>\d{8}[-\s]?\d{6,19}[-\s]?\d)(?!\d)\s*(?P<rest>.*)", re.S)
_END = r"(?=$|[\s,，.。:：;；!！])"
_RATINGS = (
    (re.compile(rf"(?:1{_END}|不满意|不滿意|not satisfied)", re.I), 1),
    (re.compile(rf"(?:2{_END}|基本满意|基本滿意|一般{_END}|fairly satisfied)", re.I), 2),
    (re.compile(rf"(?:3{_END}|非常满意|满意|滿意|satisfied)", re.I), 3),
)
_BARE = {
    "满意": 3, "滿意": 3, "非常满意": 3, "基本满意": 2, "基本滿意": 2, "不满意": 1, "不滿意": 1,
}  # fmt: skip


def heard(message: Message) -> Heard:
    """What `message` means, whatever the talk is about."""
    match message.kind:
        case "text":
            return read_words(message.words)
        case "voice" if has_letters(message.words):
            return Words(message.words, voice=True)
        case kind if kind in FILES and message.media_id:
            return Media(FILES[kind])
        case "location" if message.place is not None:
            return Here(message.place, message.label)
        case "event":
            return _event(message.event)
    return Strange()


def _event(event: str) -> Heard:
    match event:
        case "subscribe":
            return Came()
        case "unsubscribe":
            return Went()
    return Nothing()


def read_words(text: str) -> Heard:
    """A text as command, question, rating, answer; else as words."""
    plain = _plain(text)
    if plain in _COMMANDS:
        return Told(_COMMANDS[plain])
    if not plain and set(text.strip()) <= set("?？"):
        return Told("help")
    if parse_case_number(plain) is not None:
        return Status(plain)
    folded = _folded(text)
    if (found := _STATUS.fullmatch(folded)) and (
        not found["rest"].strip() or parse_case_number(found["rest"].strip()) is not None
    ):
        return Status(found["rest"].strip())
    if plain in _BARE:
        return Rate(_BARE[plain])
    if found := _RATE.fullmatch(folded):
        return _rate(found["rest"])
    if found := _REPLY.fullmatch(text.strip()):
        number, rest = _numbered(found["rest"])
        return Reply(rest, number)
    return Words(text)


def _rate(rest: str) -> Rate:
    number, rest = _numbered(rest.strip())
    rating, words = rating_of(rest)
    return Rate(rating, number, words)


def rating_of(text: str) -> tuple[int, str]:
    """1 to 3 (0: none) at the beginning of `text`, and what follows it."""
    text = text.strip()
    for pattern, rating in _RATINGS:
        if found := pattern.match(text):
            return rating, text[found.end() :].strip(" ,，.。:：;；!！\n")
    return 0, text


def _numbered(text: str) -> tuple[str, str]:
    found = _NUMBER.match(text)
    if found and parse_case_number(found["number"]) is not None:
        return found["number"], found["rest"].strip()
    return "", text.strip()


def has_letters(text: str) -> bool:
    """Whether there is something to read: emoji alone are no words."""
    return sum(unicodedata.category(c)[0] in "LN" for c in text) >= LEAST_LETTERS


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _plain(text: str) -> str:
    return _folded(text).strip(" .。!！,，?？~～;；:：")
