"""A bench of pages and jobs over the city as it stands, as a program: facts of every case as its
row tells them, the clock at the newest report, one table."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime

import psycopg

from bench import _database, _facts, load
from bench._figures import Figure, table


def measured(doc: str | None, measure: Callable[[datetime, int], list[Figure]], said: str) -> None:
    """Print what `measure` finds at a moment in so many tries; `said` begins the line below, and
    what stands behind a line break in it ends it."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--tries", type=int, default=5)
    asked = parser.parse_args()
    url = _database.use()
    with psycopg.connect(url, autocommit=True) as own:
        _facts.as_they_are(own, load.hands_at(url, 2))
    from bench import _readers

    now = _readers.newest_report()
    with _readers.as_of(now):
        found = measure(now, asked.tries)
    work, _break, more = said.partition("\n")
    print(table(found), "", f"{_readers.state(work)} {more}".strip(), sep="\n")
