"""The overview, put together of figures that each open their list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _said
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from linli.cases.queries import figures
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN, Urgency

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.staff.models import User

Words = str | Promise
PERIODS: dict[str, tuple[Words, int]] = {
    "today": (_("Today"), 1),
    "week": (_("7 days"), 7),
    "month": (_("30 days"), 30),
}
LABELS: dict[str, Words] = {
    "reported": pgettext_lazy("figure", "Reported"),
    "filed": pgettext_lazy("figure", "Filed"),
    "handled": pgettext_lazy("figure", "Handled"),
    "closed": pgettext_lazy("figure", "Closed"),
    "self_handled": pgettext_lazy("figure", "Handled on the spot"),
    "open": pgettext_lazy("figure", "Open"),
    "late": pgettext_lazy("figure", "Late"),
    "urgent": pgettext_lazy("figure", "Emergencies"),
    "supervised": pgettext_lazy("figure", "Supervised"),
}
_TIERS: dict[str, Words] = {
    "district": _("Districts"),
    "street": _("Streets"),
    "community": _("Communities"),
}
NOW_NAMES = ("open", "late", "urgent", "supervised")
_OPEN = tuple(stage.value for stage in OPEN)
MOST_ROWS = 12


@dataclass(frozen=True)
class Link:
    """A number that opens the list it counts; `share` in percent of the first of its row."""

    label: Words
    count: int
    url: str
    share: int | None = None
    light: str = ""
    name: str = ""


@dataclass(frozen=True)
class Line:
    """One region or unit."""

    name: str
    open: Link
    green: Link
    yellow: Link
    red: Link
    reported: Link
    closed: Link


@dataclass(frozen=True)
class Table:
    title: Words
    lines: list[Line]
    hidden: int


@dataclass(frozen=True)
class Overview:
    """Everything on the page."""

    since: date
    until: date
    period: list[Link]
    present: list[Link]
    tables: list[Table]
    classes: list[Link]
    emergencies: list[Case]
    supervised: list[Case]
    to_sign: list[Case]

    @property
    def verdict(self) -> str:
        """The one sentence for whoever has no time for figures: what is open, late, and where."""
        count = {link.name: link.count for link in self.present}
        if not count["late"]:
            return _said("%(open)s cases are open and none is late.") % count
        words = _said("%(late)s of %(open)s open cases are late") % count
        worst = [table.lines[0] for table in self.tables if table.lines]
        most = [f"{line.name} {line.red.count}" for line in worst if line.red.count]
        if not most:
            return _said("%(words)s.") % {"words": words}
        return _said("%(words)s; most of them: %(most)s.") % {
            "words": words,
            "most": _said(", ").join(most),
        }


def list_url(wanted: CaseFilter) -> str:
    """Where a figure's cases are listed: the desk's list with the same filter."""
    return f"{reverse('desk:cases')}?{urlencode(wanted.query())}"


def overview_for(user: User, period: str, *, now: datetime, on: date | None = None) -> Overview:
    """The overview of `period` (a key of PERIODS) up to a day (today). 16 queries at most, whatever
    the number of cases and units.

    Cases count under the region and grid they lay in when they were filed; what is open or late is
    so now.
    """
    since, until = figures.last_days(PERIODS[period][1], today=on or timezone.localdate(now))
    totals = figures.totals_for(user, since=since, until=until, now=now)
    base = totals[0].count
    classes = figures.top_classes(user, since=since, until=until, now=now)
    tier = figures.tier_below(user)
    regions = figures.table_by_region(user, tier, since=since, until=until, now=now)
    units = figures.table_by_unit(user, since=since, until=until, now=now)
    tables = [_table(_TIERS[tier], regions), _table(_("Units"), units)]
    if tier == "community":
        grids = figures.table_by_grid(user, since=since, until=until, now=now)
        tables.insert(1, _table(_("Grids"), grids))
    urgent = CaseFilter(stages=_OPEN, urgency=Urgency.URGENT)
    return Overview(
        since=since,
        until=until,
        period=[_total(f, base) for f in totals if f.name not in NOW_NAMES],
        present=[_total(f, None) for f in totals if f.name in NOW_NAMES],
        tables=tables,
        classes=[
            Link(f.name, f.count, list_url(f.wanted), _share(f.count, classes[0].count))
            for f in classes
        ],
        emergencies=figures.worst_first(user, urgent, now=now),
        supervised=figures.worst_first(user, CaseFilter(stages=_OPEN, supervised=True), now=now),
        to_sign=(
            figures.worst_first(user, CaseFilter(queue="to_sign"), now=now)
            if user.has_grant("cases.sign")
            else []
        ),
    )


def _total(figure: figures.Figure, base: int | None) -> Link:
    share = None if base is None or figure.name == "reported" else _share(figure.count, base)
    light = "red" if figure.name == "late" and figure.count else ""
    return Link(
        LABELS[figure.name], figure.count, list_url(figure.wanted), share, light, figure.name
    )


def _share(count: int, of: int) -> int:
    return round(100 * count / of) if of else 0


def _table(title: Words, rows: list[figures.Row]) -> Table:
    lines = [
        Line(
            row.name,
            **{
                name: Link("", figure.count, list_url(figure.wanted))
                for name, figure in row.figures.items()
            },
        )
        for row in rows[:MOST_ROWS]
    ]
    return Table(title, lines, max(0, len(rows) - MOST_ROWS))
