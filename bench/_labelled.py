"""The labelled data that some benches measure on: read where it lies, never kept."""

from __future__ import annotations

import argparse
import csv
import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Asked(NamedTuple):
    """Where the data lies, and whether the table goes into docs/benchmarks.md."""

    folder: Path
    keep: bool


def asked(about: str | None) -> Asked:
    """What the command line says; ends the program where no folder is named."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--folder", type=Path, default=os.environ.get("LINLI_SHARED_DATA"))
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    if given.folder is None:
        parser.error("name the folder of the labelled data: --folder, or LINLI_SHARED_DATA")
    return Asked(Path(given.folder), given.keep)


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a packed CSV file."""
    csv.field_size_limit(10**7)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file)
