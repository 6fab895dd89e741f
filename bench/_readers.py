"""People of the bench's city who read pages, and how long the pages take them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

from bench import _city, _town
from bench._figures import Figure

GRANTS = (
    "analysis.see", "evaluation.see", "evaluation.people", "evaluation.freeze", "cards.see",
    "cockpit.wall",
)  # fmt: skip
#: By what part of the city they see.
CITY, DISTRICT, STREET = "citychief", "dutychief01", "streetdutychief"
READERS = {"the city's": CITY, "a district's": DISTRICT, "a street's": STREET}


@dataclass(frozen=True)
class Took:
    """Seconds of each try, statements of the last one, what it gave, and how many rows that is."""

    spans: list[float]
    statements: int
    gave: Any
    rows: int | None = None

    @property
    def median(self) -> float:
        """Seconds of the try in the middle."""
        return statistics.median(self.spans)

    def shown(self, rows: int) -> Took:
        """With the number of its rows."""
        return replace(self, rows=rows)

    def figure(self, work: str, *, most: float | None = None, note: str = "") -> Figure:
        """As a row; `most` seconds are wanted of the try in the middle."""
        said = [f"{self.statements} statements"] if self.statements else []
        said += [f"{self.rows:,} rows"] if self.rows is not None else []
        return Figure(
            work,
            "–" if most is None else f"≤ {most:g} s",
            f"median {self.median:.2f} s ({min(self.spans):.2f} … {max(self.spans):.2f})",
            None if most is None else self.median <= most,
            "; ".join([*said, *([note] if note else [])]),
        )


def timed(ask: Callable[[], Any], *, tries: int = 5, warm: bool = True) -> Took:
    """Ask `tries` times, with `warm` after once that does not count."""
    from django.db import connection

    spans: list[float] = []
    gave: Any = None
    statements = 0

    def count(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(sql, params, many, context)

    if warm:
        ask()
    for _try in range(tries):
        statements = 0
        with connection.execute_wrapper(count):
            began = time.perf_counter()
            gave = ask()
            spans.append(time.perf_counter() - began)
    return Took(spans, statements, gave)


def reader(name: str) -> Any:
    """Somebody of the city, with the grants of all these pages."""
    from linli.staff.models import User

    user = _city.user(name)
    for post in user.posts.all():
        missing = sorted(set(GRANTS) - set(post.grants))
        if missing:
            post.grants = [*post.grants, *missing]
            post.save(update_fields=["grants"])
    return User.objects.get(pk=user.pk)


def pages_of(name: str) -> Callable[[str], str]:
    """Get pages as this person, in this process, through everything but the socket."""
    from django.test import Client

    user = reader(name)
    client = Client(SERVER_NAME="localhost", headers={"accept-language": "zh-hans"})
    client.cookies["linli_session"] = _town.session_of(user.posts.first())

    def page(url: str) -> str:
        answer = client.get(url, secure=True)
        if answer.status_code != 200:
            raise SystemExit(f"{url}: {answer.status_code} {answer.content[:300]!r}")
        return answer.content.decode()

    return page


def of_page(page: Callable[[str], str], url: str, *, tries: int) -> Took:
    """How long a page takes; its rows are those of its tables, heads apart."""
    took = timed(lambda: page(url), tries=tries)
    body = took.gave.split("<tbody")[1:]
    return took.shown(sum(one.split("</tbody")[0].count("<tr") for one in body))


@contextmanager
def as_of(now: datetime) -> Iterator[None]:
    """The clock of the program stands at `now`."""
    with patch("django.utils.timezone.now", lambda: now):
        yield


def newest_report() -> datetime:
    """The moment up to which the city has cases."""
    from django.db.models import Max

    from linli.cases.models import Case

    found = Case.objects.aggregate(at=Max("reported_at"))["at"]
    assert isinstance(found, datetime)
    return found


def state(work: str) -> str:
    """A line under a table: what was done when, how busy the machine was."""
    import os

    from django.utils import timezone

    return f"{work} {timezone.localtime():%Y-%m-%d %H:%M}, load average {os.getloadavg()[0]:.1f}."
