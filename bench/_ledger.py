"""What was sent beside what is there: nothing lost, nothing doubled. Pure: no database."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import NamedTuple

_MARK = re.compile(r"〔([a-z0-9]+)-(\d{6})〕")


def mark(door: str, number: int) -> str:
    """What stands in the words of a message, by which its report is known."""
    return f"〔{door}-{number:06d}〕"


class Kept(NamedTuple):
    """A report that is there: the number of its case, its own within the case, its words."""

    case: str
    number: int
    words: str


@dataclass
class Message:
    """One message as its sender sees it."""

    door: str
    number: int
    parts: int = 1  # requests that it takes
    tries: int = 0
    answered: bool = False
    spans: list[float] = field(default_factory=list)  # seconds of each answered try
    told: set[str] = field(default_factory=set)  # the cases that its answers named
    joins: str = ""  # the case it was sent to join; "*": one that was there
    letter: str = ""  # the address that a letter goes to

    @property
    def mark(self) -> str:
        return mark(self.door, self.number)


@dataclass
class Tally:
    """A row of the table. `faults` are sentences about single messages."""

    door: str
    sent: int = 0
    again: int = 0
    reports: int = 0
    joined: int = 0
    lost: int = 0
    doubled: int = 0
    spans: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def row(self) -> str:
        """As a line of a table in Markdown."""
        at95 = quantiles(self.spans, n=20)[18] if len(self.spans) > 1 else sum(self.spans)
        middle = median(self.spans) if self.spans else 0.0
        times = f"{middle * 1000:.0f} ms | {at95 * 1000:.0f} ms"
        return (
            f"| {self.door} | {self.sent:,} | {self.again:,} | {self.reports:,} | {self.joined:,} |"
            f" {self.lost} | {self.doubled} | {times} |"
        )


HEAD = (
    "| door | messages | sent again | reports | of them joined | lost | doubled | median | p95 |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def judge(messages: Iterable[Message], reports: Iterable[Kept]) -> list[Tally]:
    """A tally of every door, by name."""
    kept: dict[str, list[Kept]] = defaultdict(list)
    for report in reports:
        for found in _MARK.finditer(report.words):
            kept[found[0]].append(report)
    tallies: dict[str, Tally] = {}
    for message in messages:
        tally = tallies.setdefault(message.door, Tally(message.door))
        _count(tally, message, kept.pop(message.mark, []))
    for stray in kept:
        door = stray[1:-1].partition("-")[0]
        tally = tallies.setdefault(door, Tally(door))
        tally.faults.append(f"{stray}: nobody sent it")
    return sorted(tallies.values(), key=lambda tally: tally.door)


def _count(tally: Tally, message: Message, found: list[Kept]) -> None:
    tally.sent += 1
    tally.again += max(message.tries - message.parts, 0)
    tally.reports += len(found)
    tally.spans += message.spans
    tally.lost += not found
    tally.doubled += len(found) > 1
    if not message.answered:
        tally.faults.append(f"{message.mark}: never answered in {message.tries} tries")
    if len(found) != 1:
        tally.faults.append(f"{message.mark}: {len(found)} reports")
        return
    report = found[0]
    tally.joined += report.number > 1
    if message.told - {report.case}:
        named = ", ".join(sorted(message.told))
        tally.faults.append(f"{message.mark}: is in {report.case}, but the answers named {named}")
    if message.joins and report.number == 1:
        tally.faults.append(f"{message.mark}: was to join a case, and opened {report.case}")
    if message.joins not in ("", "*", report.case):
        tally.faults.append(f"{message.mark}: was to join {message.joins}, is in {report.case}")


def letters(messages: Iterable[Message], carried: Iterable[str]) -> tuple[int, list[str], int]:
    """How many letters were owed, to whom none went, and how many went more than once (which the
    outbox may do: at least once)."""
    counts: dict[str, int] = defaultdict(int)
    for address in carried:
        counts[address.strip()] += 1
    owed = [message.letter for message in messages if message.letter]
    return len(owed), [a for a in owed if not counts[a]], sum(counts[a] > 1 for a in owed)
