"""The rows of the list of cases: `{% load table %}{% case_rows listing queue queue_words now %}`.

Fifty rows of eight cells are written here in one go: as a template they were two thirds of the
page's time. Every text goes through `escape`; nothing else of a case reaches the page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from html import escape  # django's own also serves lazy texts, at four times the cost
from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from linli.cases.queries import reading
from linli.cases.rules import Urgency
from linli.desk.rules.columns import COLUMNS
from linli.desk.rules.queues import move_in
from linli.kernel.templatetags.linli import countdown, icon_svg, when

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.desk.queries.listing import Listing
    from linli.desk.rules.queues import Queue

register = template.Library()
Draw = Callable[["Case", str], str]
MOST_LETTERS = 80  # of a text that stands in one line
_PLACE = "0"  # stands for a number in an address


@register.simple_tag
def case_rows(listing: Listing, queue: str, queue_words: Queue | None, now: datetime) -> SafeString:
    """The rows of `listing` as HTML; `queue` stays in their links, its move becomes a button."""
    asked = f"?queue={escape(queue)}" if queue else ""
    drawn = [_cell(key, label, css, now, asked) for key, label, css in listing.heads]
    button = _button(queue_words, asked) if queue_words and queue_words.move else None
    lines = []
    for case in listing.rows:
        number = escape(case.number)
        cells = "".join([draw(case, number) for draw in drawn])
        urgent = ' class="row-urgent"' if case.urgency == Urgency.URGENT else ""
        end = button(case, number) if button else ""
        lines.append(f"<tr data-row{urgent}>{cells}{end}</tr>\n    ")
    return mark_safe("".join(lines))  # noqa: S308  every text in it went through escape


def _cell(key: str, label: str, css: str, now: datetime, asked: str) -> Draw:
    """How the cells of one column are drawn."""
    named = f' class="{escape(css)}"' if css else ""
    begin = f'<td data-label="{escape(label)}"{named}>'
    inside = _inside(key, css, now, asked)
    return lambda case, number: f"{begin}{inside(case, number)}</td>"


def _inside(key: str, css: str, now: datetime, asked: str) -> Draw:
    if key == "number":
        return _number(asked)
    if key == "light":
        return lambda case, number: _light(case, now)
    if key == "reported":
        return lambda case, number: when(case.reported_at)
    text = COLUMNS[key].text
    if key == "stage":
        return lambda case, number: f'<span class="tag">{escape(text(case, now))}</span>'
    if "one-line" in css:
        return lambda case, number: _one_line(text(case, now))
    return lambda case, number: escape(text(case, now) or "–")


def _number(asked: str) -> Draw:
    before, after = _address("desk:case", _PLACE)
    urgent = f'<span class="visually-hidden">{escape(_("Urgent"))}</span>'

    def draw(case: Case, number: str) -> str:
        link = f'<a href="{before}{number}{after}{asked}">{number}</a>'
        return f"{link} {icon_svg('bolt')}{urgent}" if case.urgency == Urgency.URGENT else link

    return draw


def _light(case: Case, now: datetime) -> str:
    if not case.is_open:
        return '<span class="muted">–</span>'
    return countdown(case.due_at, warn_at=case.warn_at, stopped=case.is_suspended, now=now)


def _one_line(text: str) -> str:
    shown = text if len(text) <= MOST_LETTERS else str(Truncator(text).chars(MOST_LETTERS))
    return f'<span title="{escape(text)}">{escape(shown or "–")}</span>'


def _button(queue: Queue, asked: str) -> Draw:
    @cache
    def parts(move: str) -> tuple[str, str, str]:
        return *_address("desk:move", _PLACE, move), escape(reading.move_label(move))

    def draw(case: Case, number: str) -> str:
        before, after, label = parts(move_in(queue, case.pending))
        url = f"{before}{number}{after}{asked}"
        return (
            f'<td data-label=""><a class="btn btn-sm" href="{url}" hx-get="{url}"'
            f' hx-target="#dialog-body">{label}</a></td>'
        )

    return draw


def _address(name: str, *parts: str) -> tuple[str, str]:
    """What stands before and after the number in an address: looked up once, not once a row."""
    before, _found, after = reverse(name, args=parts).partition(f"/{_PLACE}/")
    return f"{before}/", f"/{after}"
