"""Figures as values, so that no figure in docs/benchmarks.md is ever written by hand."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One row: what was done, at what size, what design §6 wants, what was measured.

    `met` None: design §6 wants nothing of it.
    """

    work: str
    target: str
    measured: str
    met: bool | None = None
    note: str = ""


@dataclass
class Spans:
    """How long answers took (seconds) within `seconds`; refused ones are not among them."""

    seconds: float
    spans: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.spans) / self.seconds if self.seconds else 0.0

    def percentile_ms(self, share: float) -> float:
        """Milliseconds within which `share` of the answers came."""
        ordered = sorted(self.spans)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0

    @property
    def median_ms(self) -> float:
        """Milliseconds of the answer in the middle."""
        return statistics.median(self.spans) * 1000 if self.spans else 0.0

    def text(self) -> str:
        """Rate, median, p95 and the slowest."""
        said = (
            f"{self.rate:,.0f}/s, median {self.median_ms:.1f} ms, "
            f"p95 {self.percentile_ms(0.95):.1f} ms, slowest {self.percentile_ms(1):.0f} ms"
        )
        if self.failures:
            said += f"; {len(self.failures)} failed ({self.failures[0][:80]})"
        return said

    def figure(
        self, work: str, *, at_least: float = 0.0, p95_ms: float = 0.0, note: str = ""
    ) -> Figure:
        """As a row against a target: a rate, a p95, or both."""
        wanted = [f"≥ {at_least:,.0f}/s"] if at_least else []
        wanted += [f"p95 ≤ {p95_ms:.0f} ms"] if p95_ms else []
        met = None
        if wanted:
            met = not self.failures and bool(self.spans)
            met = met and (not at_least or self.rate >= at_least)
            met = met and (not p95_ms or self.percentile_ms(0.95) <= p95_ms)
        return Figure(work, ", ".join(wanted) or "–", self.text(), met, note)


def table(figures: Sequence[Figure]) -> str:
    """As Markdown."""
    lines = ["| work | target | measured | |", "|---|---|---|---|"]
    for one in figures:
        mark = {True: "met", False: "**missed**", None: ""}[one.met]
        note = f"<br>{one.note}" if one.note else ""
        lines.append(f"| {one.work} | {one.target} | {one.measured}{note} | {mark} |")
    return "\n".join(lines)
