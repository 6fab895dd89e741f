"""What is sent to a door, and what the answer has to name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
HUGE = 13_000_000


@dataclass(frozen=True)
class Sent:
    """A request as bytes."""

    path: str
    body: bytes
    kind: str = FORM
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One door. `attack` is a name for what is sent, and what the answer has to name: a field, or
    words of the sentence. `good` is refused by nobody. `again` is what `good` sent twice means."""

    good: Sent
    attacks: Mapping[str, tuple[Sent, str]]
    again: str = ""


def form(path: str, values: Mapping[str, Any], encoding: str = "utf-8", **headers: str) -> Sent:
    """A form in some encoding."""
    text = urlencode(values, doseq=True, encoding=encoding, errors="surrogatepass")
    return Sent(path, text.encode(), FORM, headers)


Values = dict[str, Any]
#: Of every form with words and a place: what is put into it, and what the answer has to speak of.
WORDS: dict[str, Callable[[Values, str], Values]] = {
    "NUL in the words": lambda v, words: v | {words: "a\0b"},
    "nothing": lambda v, words: {},
    "words without end": lambda v, words: v | {words: "长" * 5_000},
}
PLACES: dict[str, tuple[str, str]] = {
    "a place that is not a number": ("NaN", "31"),
    "a place beyond the world": ("1e308", "-1e308"),
    "a place of forty digits": ("9" * 40, "31"),
    "a place far from here": ("-179.9", "-89.9"),
}


def forms(
    path: str, values: Values, *, words: str, said: str, place: tuple[str, str] | None = None,
    where: str = "", **headers: str,
) -> dict[str, tuple[Sent, str]]:  # fmt: skip
    """The attacks on a form. `said` is what the answer calls `words`, `where` what the place."""
    found = {
        name: (form(path, change(values, words), **headers), said) for name, change in WORDS.items()
    }
    for name, (lon, lat) in PLACES.items() if place else ():
        assert place is not None
        found[name] = (form(path, values | {place[0]: lon, place[1]: lat}, **headers), where)
    good = form(path, values, **headers)
    return found | {
        "another kind of content": (replace(good, kind="text/plain"), said),
        "10 MB": (form(path, values | {words: "a" * HUGE}, **headers), ""),
        "5,000 fields": (replace(good, body=good.body + b"&x=1" * 5_000), ""),
        "no form at all": (replace(good, body=b"\x00\xff\xfe%%%zz&=&=="), said),
    }
