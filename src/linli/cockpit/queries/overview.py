"""The overview, put together of figures that each open their list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from linli.cases.queries import figures
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN, Urgency
from linli.cockpit.queries import counted

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
    "soon": pgettext_lazy("figure", "Due soon"),
    "in_time": pgettext_lazy("figure", "In time"),
    "urgent": pgettext_lazy("figure", "Emergencies"),
    "supervised": pgettext_lazy("figure", "Supervised"),
}
_TIERS: dict[str, Words] = {
    "district": _("Districts"),
    "street": _("Streets"),
    "community": _("Communities"),
}
NOW_NAMES = ("open", "late", "urgent", "supervised")
EVENTS = ("reported", "filed", "handled", "closed", "self_handled")
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
    to_consent: list[Case]

    @property
    def verdict(self) -> str:
        """The one sentence for whoever has no time for figures: what is open, late, and where."""
        count = {link.name: link.count for link in self.present}
        if not count["late"]:
            return gettext("%(open)s cases are open and none is late.") % count
        words = gettext("%(late)s of %(open)s open cases are late") % count
        worst = [table.lines[0] for table in self.tables if table.lines]
        most = [f"{line.name} {line.red.count}" for line in worst if line.red.count]
        if not most:
            return gettext("%(words)s.") % {"words": words}
        return gettext("%(words)s; most of them: %(most)s.") % {
            "words": words,
            "most": gettext(", ").join(most),
        }


def list_url(wanted: CaseFilter) -> str:
    """Where a figure's cases are listed: the desk's list with the same filter."""
    return f"{reverse('desk:cases')}?{urlencode(wanted.query())}"


def overview_for(user: User, period: str, *, now: datetime, on: date | None = None) -> Overview:
    """The overview of `period` (a key of PERIODS) up to a day (today). 19 queries at most, whatever
    the number of cases and units.

    Reported, filed, handled and closed count on the day on which it happened, whenever the case was
    reported, as evaluation counts (within a minute). Cases count under the region and grid they lay
    in when they were filed; what is open or late is so now.
    """
    since, until = figures.last_days(PERIODS[period][1], today=on or timezone.localdate(now))
    days = counted.Days(since, until)
    happened = counted.sums(user, days, now=now)
    classes = figures.top_classes(user, since=since, until=until, now=now)
    tier = figures.tier_below(user)
    closed = {kind: counted.closed_by(user, kind, days, now=now) for kind in (tier, "unit")}
    span: counted.Span = {"since": since, "until": until, "now": now}
    regions = figures.table_by_region(user, tier, also=closed[tier], **span)
    units = figures.table_by_unit(user, also=closed["unit"], **span)
    tables = [
        _table(_TIERS[tier], regions, closed[tier], tier, days),
        _table(_("Units"), units, closed["unit"], "unit", days),
    ]
    if tier == "community":
        of_grids = counted.closed_by(user, "grid", days, now=now)
        grids = figures.table_by_grid(user, also=of_grids, **span)
        tables.insert(1, _table(_("Grids"), grids, of_grids, "grid", days))
    urgent = CaseFilter(stages=_OPEN, urgency=Urgency.URGENT)
    return Overview(
        since=since,
        until=until,
        period=[
            Link(LABELS[one], happened[one], counted.url(one, days), name=one) for one in EVENTS
        ],
        present=[_now(f) for f in figures.present_for(user, now=now) if f.name in NOW_NAMES],
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
        to_consent=(
            figures.worst_first(user, CaseFilter(queue="to_consent"), now=now)
            if user.has_grant("cases.consent")
            else []
        ),
    )


def _now(figure: figures.Figure) -> Link:
    light = "red" if figure.name == "late" and figure.count else ""
    return Link(
        LABELS[figure.name], figure.count, list_url(figure.wanted), light=light, name=figure.name
    )


def _share(count: int, of: int) -> int:
    return round(100 * count / of) if of else 0


def _table(
    title: Words,
    rows: list[figures.Row],
    closed: dict[int, int],
    kind: str,
    days: counted.Days,
) -> Table:
    lines = [
        Line(
            row.name,
            **{
                name: Link("", figure.count, list_url(figure.wanted))
                for name, figure in row.figures.items()
            },
            closed=Link(
                "", closed.get(row.key, 0), counted.url("closed", days, by=kind, key=str(row.key))
            ),
        )
        for row in rows[:MOST_ROWS]
    ]
    return Table(title, lines, max(0, len(rows) - MOST_ROWS))
