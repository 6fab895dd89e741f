"""What every reader gives: columns of text, some thousand rows at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")
SIZE = 20_000  # rows of a batch: some ten megabytes


class Batch(NamedTuple):
    """Rows of a file as columns by heading; every value is text, "" for nothing.

    `numbers` are their numbers in the file (1 is the first below the headings), `faults` what made
    a row unreadable, by its place in the batch; `shapes` are geometries as WKB, where the file has
    them; `position` is where the next batch begins.
    """

    numbers: range
    columns: dict[str, list[str]]
    shapes: list[bytes | None] | None
    faults: dict[int, str]
    position: int


def runs(
    things: Iterable[T], position: int, row: int, size: int
) -> Iterator[tuple[list[T], int, int]]:
    """What lies behind the first `position` things, at most `size` at a time: the things, the
    number of their first row, and where the next run begins."""
    rest = islice(things, position, None)
    while run := list(islice(rest, size)):
        position += len(run)
        yield run, row, position
        row += len(run)


class Reader(ABC):
    """A file. `headings` are its columns; `size` is what `position` comes to at its end."""

    headings: list[str]
    size: int
    crs: str = ""  # the reference system that the file itself declares, if it does

    @abstractmethod
    def __init__(self, path: Path) -> None:
        """Look into the file. Raises BadInput for one that is damaged or empty."""

    @abstractmethod
    def batches(self, position: int, row: int, *, size: int = SIZE) -> Iterator[Batch]:
        """Batches from `position`, where row number `row` (from 1) begins. Raises BadInput."""
