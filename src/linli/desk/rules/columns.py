"""The columns of the list of cases: on screen, in CSV and in Excel alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from linli.cases.rules import Channel, Handling, Stage, Urgency

if TYPE_CHECKING:
    from linli.cases.models import Case


class Column(NamedTuple):
    """A column. `text` is the cell as text; `css` how it stands in the table."""

    label: str | Promise
    text: Callable[[Case, datetime], str]
    css: str = ""
    shown: bool = False  # unless the person has chosen otherwise


def _name(thing: object) -> str:
    return "" if thing is None else str(getattr(thing, "label", None) or getattr(thing, "name", ""))


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def light_of(case: Case, now: datetime) -> str:
    """green, yellow or red; empty for a case whose clock does not run."""
    if case.due_at is None or not case.is_open or case.is_suspended:
        return ""
    if now > case.due_at:
        return "red"
    return "yellow" if case.warn_at is not None and now >= case.warn_at else "green"


def _light(case: Case, now: datetime) -> str:
    if case.is_suspended:
        return _("Suspended")
    words = {"green": _("On time"), "yellow": _("Due soon"), "red": _("Overdue")}
    return words.get(light_of(case, now), "")


CLASS, WORDS, PLACE = "col-class", "one-line col-words", "one-line col-place"
COLUMNS: dict[str, Column] = {
    "number": Column(
        pgettext_lazy("column", "Number"), lambda c, now: c.number, "nowrap col-number", shown=True
    ),
    "light": Column(pgettext_lazy("column", "Limit"), _light, "col-light", shown=True),
    "stage": Column(
        pgettext_lazy("column", "Stage"),
        lambda c, now: str(Stage(c.stage).label),
        "col-stage",
        shown=True,
    ),
    "class": Column(
        pgettext_lazy("column", "Class"),
        lambda c, now: _name(c.case_class),
        CLASS,
        shown=True,
    ),
    "description": Column(
        pgettext_lazy("column", "Words"),
        lambda c, now: c.description,
        WORDS,
        shown=True,
    ),
    "address": Column(
        pgettext_lazy("column", "Address"),
        lambda c, now: c.address,
        f"{PLACE} col-address",
        shown=True,
    ),
    "grid": Column(pgettext_lazy("column", "Grid"), lambda c, now: _name(c.grid), PLACE),
    "unit": Column(
        pgettext_lazy("column", "Unit"),
        lambda c, now: _name(c.lead_unit),
        f"{PLACE} col-unit",
        shown=True,
    ),
    "reported": Column(
        pgettext_lazy("column", "Reported"),
        lambda c, now: _moment(c.reported_at),
        "num col-reported",
        shown=True,
    ),
    "due": Column(pgettext_lazy("column", "Due"), lambda c, now: _moment(c.due_at), "num"),
    "community": Column(pgettext_lazy("column", "Community"), lambda c, now: _name(c.community)),
    "street": Column(pgettext_lazy("column", "Street"), lambda c, now: _name(c.street)),
    "district": Column(pgettext_lazy("column", "District"), lambda c, now: _name(c.district)),
    "centre": Column(pgettext_lazy("column", "Centre"), lambda c, now: _name(c.centre)),
    "channel": Column(
        pgettext_lazy("column", "Channel"), lambda c, now: str(Channel(c.channel).label)
    ),
    "urgency": Column(
        pgettext_lazy("column", "Urgency"), lambda c, now: str(Urgency(c.urgency).label)
    ),
    "handling": Column(
        pgettext_lazy("column", "Handling"), lambda c, now: str(Handling(c.handling).label)
    ),
    "reports": Column(
        pgettext_lazy("column", "Reports"), lambda c, now: str(c.report_count), "num"
    ),
    "reworks": Column(
        pgettext_lazy("column", "Reworks"), lambda c, now: str(c.rework_count), "num"
    ),
    "closed": Column(pgettext_lazy("column", "Closed"), lambda c, now: _moment(c.closed_at), "num"),
}
USUAL = tuple(key for key, column in COLUMNS.items() if column.shown)


def clean_columns(keys: list[str]) -> list[str]:
    """The known ones of `keys` in the order of the table; the number is always among them."""
    return [key for key in COLUMNS if key in keys or key == "number"]
