"""Charts as SVG, made of plain numbers: bars that lie, each with its value in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_WIDTH, _NAME, _VALUE, _ROW, _BAR = 640, 190, 90, 28, 16
_MOST_BARS = 20
_MOST_LETTERS = 13


@dataclass(frozen=True)
class Bar:
    """One bar: `value` None has no length and its words are a dash."""

    name: str
    value: float | None
    words: str


def bars(title: str, rows: Sequence[Bar], fonts: Sequence[str], *, top: float | None = None) -> str:
    """An SVG of at most twenty bars, the longest fills the width (or `top` does). A chart of
    nothing says so by a dash."""
    shown = list(rows[:_MOST_BARS]) or [Bar("—", None, "—")]
    most = top or max((one.value or 0 for one in shown), default=0) or 1
    height = len(shown) * _ROW + 40
    families = quoteattr(", ".join(fonts))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}"'
        f' width="{_WIDTH}" height="{height}" font-family={families} font-size="13">',
        f'<text x="{_WIDTH / 2}" y="18" text-anchor="middle" font-size="14">{escape(title)}</text>',
    ]
    room = _WIDTH - _NAME - _VALUE
    for place, one in enumerate(shown):
        y = 34 + place * _ROW
        length = round(room * min(1.0, max(0.0, (one.value or 0) / most)), 1)
        if not math.isfinite(length):
            length = 0
        name = one.name if len(one.name) <= _MOST_LETTERS else one.name[: _MOST_LETTERS - 1] + "…"
        parts += [
            f'<text x="{_NAME - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_NAME}" y="{y}" width="{length}" height="{_BAR}" fill="#2f5d8a"/>',
            f'<text x="{_NAME + length + 6}" y="{y + 13}">{escape(one.words)}</text>',
        ]
    axis = f"M{_NAME} 28V{height - 6}"
    return "".join([*parts, f'<path d="{axis}" stroke="#555" fill="none"/>', "</svg>"])
