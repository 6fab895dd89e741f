"""A page of the list of cases, ready to be drawn, and the same rows for export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from linli.cases import queries as cases
from linli.cases.rules.filters import CaseFilter
from linli.desk.rules.columns import COLUMNS
from linli.kernel.cells import guarded

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

SIZE = 50


@dataclass(frozen=True)
class Listing:
    """One page of the list. `total` is in words, None where nobody has counted yet; `newer` and
    `older` are query strings or None."""

    rows: list[Case]
    heads: list[tuple[str, str, str]]  # key, label, css
    first: int
    last: int
    total: str | None
    newer: str | None
    older: str | None


def listing(
    user: User,
    wanted: CaseFilter,
    columns: list[str],
    *,
    now: datetime,
    cursor: str = "",
    before: str = "",
    first: int = 1,
) -> Listing:
    """The page below `cursor` or above `before`; the newest one without. The list is not counted
    unless this page is all of it: `total_of` does that, after the rows have been shown.

    `first` is the place of its first row in the list. Raises BadInput.
    """
    page = cases.page_before(user, wanted, now=now, cursor=before, size=SIZE) if before else None
    if page is None or len(page.rows) < SIZE:
        if page is not None:  # the top is reached
            cursor, first = "", 1
        page = cases.page_for(user, wanted, now=now, cursor=cursor or None, size=SIZE, places=False)
    first = max(first, 1) if cursor or before else 1
    base = wanted.query()
    rows: list[Case] = page.rows
    newer = None
    if first > 1:
        if first - SIZE <= 1 or not rows:
            newer = urlencode(base)
        else:
            above = {"before": cases.cursor_of(rows[0]), "at": first - SIZE}
            newer = urlencode({**base, **above})
    older = urlencode({**base, "cursor": page.next, "at": first + SIZE}) if page.next else None
    return Listing(
        rows=rows,
        heads=[(key, str(COLUMNS[key].label), COLUMNS[key].css) for key in columns],
        first=first if rows else 0,
        last=first + len(rows) - 1 if rows else 0,
        total=str(len(rows)) if first == 1 and page.next is None else None,
        newer=newer,
        older=older,
    )


def total_of(user: User, wanted: CaseFilter, *, now: datetime) -> str:
    """How many cases fit, in words. One query that stops counting somewhere, and says where."""
    count, exact = cases.count_for(user, wanted, now=now)
    if exact:
        return f"{count:,}"
    return _("more than %(most)s") % {"most": f"{count:,}"}


def table_for_export(
    user: User, wanted: CaseFilter, columns: list[str], *, now: datetime
) -> Iterator[list[str]]:
    """Head and rows of exactly what the list shows, newest first, in pieces of 2,000."""
    yield [str(COLUMNS[key].label) for key in columns]
    texts = [COLUMNS[key].text for key in columns]
    for case in cases.rows_for_export(user, wanted, now=now):
        yield [guarded(text(case, now)) for text in texts]
