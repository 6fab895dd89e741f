"""Registers as tables: what a list page shows, without a word of HTML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value of a row. `post` makes a button that posts there; `when` is shown as a time."""

    text: Any = ""
    url: str = ""
    post: str = ""
    tag: bool = False
    quiet: bool = False
    whole: bool = False  # never broken into lines
    when: datetime | None = None
    under: Any = ""  # a second line, quieter


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table; `depth` indents its first cell, `ended` makes it quiet."""

    cells: tuple[Cell, ...]
    depth: int = 0
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Heads and rows of the same length; `older` is the query string of the next page."""

    heads: tuple[Any, ...]
    rows: list[Row] = field(default_factory=list)
    numbers: tuple[int, ...] = ()  # columns that are numbers, by index
    older: str = ""
    empty: Any = ""
    icon: str = "list"
    label: Any = ""

    @property
    def lines(self) -> list[tuple[Row, list[tuple[Any, Cell, bool, bool]]]]:
        """Per row its cells as (head, cell, is a number, is the first)."""
        return [
            (
                row,
                [
                    (head, cell, index in self.numbers, index == 0)
                    for index, (head, cell) in enumerate(zip(self.heads, row.cells, strict=True))
                ],
            )
            for row in self.rows
        ]

    @property
    def columns(self) -> list[tuple[Any, bool]]:
        """Heads, and whether the column is a number."""
        return [(head, index in self.numbers) for index, head in enumerate(self.heads)]


def row(*values: Any, depth: int = 0, ended: bool = False) -> Row:
    """A row of plain values and cells."""
    cells = tuple(v if isinstance(v, Cell) else Cell(text=v) for v in values)
    return Row(cells, depth, ended)


def link(text: Any, url: str, under: Any = "") -> Cell:
    """A cell that leads somewhere."""
    return Cell(text=text, url=url, under=under)


def tags(words: Iterable[Any]) -> Cell:
    """A cell of one tag; words joined."""
    return Cell(text=" · ".join(str(word) for word in words if word), tag=True)
