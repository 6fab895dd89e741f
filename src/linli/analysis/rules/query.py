"""A question as data: read from a query string and written to one, each field checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from linli.analysis.rules.words import APART, CHARTS, COMPARES, GRAINS, PERIODS, PLACES, WAYS
from linli.cases.rules.stages import Channel
from linli.evaluation.rules.counts import Source
from linli.kernel.errors import BadInput

MEASURES = ("measure", "measure_2", "measure_3")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CLASS = re.compile(r"[A-Z][0-9]{0,6}")
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)
MOST_YEARS = 10


@dataclass(frozen=True)
class Query:
    """Which numbers (`measures`: counts and rates of evaluation, by code), told apart by what
    (`by` down, `across` to the right; empty: not at all), of which period, of which cases.

    `since` and `until` (inclusive) are given with the period “days” alone. `region` is a code,
    `case_class` a code or the beginning of one.
    """

    measures: tuple[str, ...] = ("reported",)
    by: str = "major"
    across: str = ""
    period: str = "this_month"
    since: date | None = None
    until: date | None = None
    grain: str = ""
    compare: str = ""
    chart: str = "list"
    region: str = ""
    case_class: str = ""
    channel: str = ""
    unit: int | None = None

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> Query:
        """Read the fields of a query string. Raises BadInput naming the field and the remedy."""
        words = {name: text.strip() for name, text in given.items() if text.strip()}
        codes = [_code(name, words[name]) for name in MEASURES if name in words]
        query = cls(
            measures=tuple(dict.fromkeys(codes)) or ("reported",),
            by=_one_of("by", words.get("by", ""), WAYS),
            across=_one_of("across", words.get("across", ""), WAYS),
            period=_one_of("period", words.get("period", ""), PERIODS) or "this_month",
            since=_day("since", words.get("since", "")),
            until=_day("until", words.get("until", "")),
            grain=_one_of("grain", words.get("grain", ""), GRAINS),
            compare=_one_of("compare", words.get("compare", ""), COMPARES),
            chart=_one_of("chart", words.get("chart", ""), CHARTS) or "list",
            region=_digits("region", words.get("region", "")),
            case_class=_class(words.get("class", "")),
            channel=_one_of("channel", words.get("channel", ""), Channel.values),
            unit=_number("unit", words.get("unit", "")),
        )
        query = _settled(query)
        _check(query)
        return query

    def words(self) -> dict[str, str]:
        """The fields of the query string; `parse` gives the same question back."""
        found = dict(zip(MEASURES, self.measures, strict=False))
        for name in ("by", "across", "period", "grain", "compare", "chart", "region", "channel"):
            if value := getattr(self, name):
                found[name] = value
        if self.since is not None and self.until is not None:
            found |= {"since": self.since.isoformat(), "until": self.until.isoformat()}
        if self.case_class:
            found["class"] = self.case_class
        if self.unit is not None:
            found["unit"] = str(self.unit)
        return found

    def text(self, **more: object) -> str:
        """The query string, with something added."""
        return urlencode({**self.words(), **more})

    @property
    def source(self) -> Source:
        """Which facts are counted: of units where units are asked for, else of cases."""
        is_of_units = self.unit is not None or "unit" in (self.by, self.across)
        return Source.TASK if is_of_units else Source.CASE

    def with_(self, **changes: object) -> Query:
        """The same with something changed, in order again."""
        return _settled(replace(self, **changes))  # type: ignore[arg-type]  # by the dataclass


def _settled(query: Query) -> Query:
    """A trend runs over time: what was down goes to the right. Days belong to their period."""
    if query.chart == "trend" and query.by != "time":
        across = query.by if query.across in ("", "time") else query.across
        query = replace(query, by="time", across=across)
    if not query.by and query.across:
        query = replace(query, by=query.across, across="")
    if "time" not in (query.by, query.across):
        query = replace(query, grain="")
    if query.period != "days":
        query = replace(query, since=None, until=None)
    return query


def _check(query: Query) -> None:
    """What does not go together. Raises BadInput."""
    if query.by and query.by == query.across:
        raise BadInput(_("across: choose another one than for the rows, or none."), field="across")
    if frozenset({query.by, query.across}) in APART:
        raise BadInput(
            _(
                "across: the hours of one grid would be those of the one person who works there."
                " Choose communities instead of grids."
            ),
            field="across",
        )
    if query.across and len(query.measures) > 1:
        raise BadInput(
            _("measure_2: a table of two ways has room for one number. Leave the others empty."),
            field="measure_2",
        )
    if query.across and query.compare:
        raise BadInput(
            _("compare: a table of two ways is not compared. Choose none, or leave “across” out."),
            field="compare",
        )
    if query.chart == "map" and query.by not in PLACES:
        raise BadInput(
            _("by: a map of areas needs districts, streets, communities or grids as rows."),
            field="by",
        )
    _check_days(query)


def _check_days(query: Query) -> None:
    if query.period != "days":
        return
    if query.since is None or query.until is None:
        missing = "since" if query.since is None else "until"
        raise BadInput(
            _("%(name)s: give the day, such as 2026-11-22, or choose another period.")
            % {"name": missing},
            field=missing,
        )
    if query.until < query.since:
        raise BadInput(_("until: the last day lies before the first one."), field="until")
    if query.until.year - query.since.year > MOST_YEARS:
        raise BadInput(_("until: choose at most %(n)d years.") % {"n": MOST_YEARS}, field="until")


def _one_of(name: str, text: str, known: Mapping[str, object] | list[str]) -> str:
    if text and text not in known:
        raise BadInput(
            _("%(name)s: choose one of %(known)s, not “%(text)s”.")
            % {"name": name, "known": ", ".join(known), "text": text[:40]},
            field=name,
        )
    return text


def _code(name: str, text: str) -> str:
    if not _CODE.fullmatch(text):
        raise BadInput(
            _("%(name)s: choose a number of the list, not “%(text)s”.")
            % {"name": name, "text": text[:40]},
            field=name,
        )
    return text


def _class(text: str) -> str:
    if text and not _CLASS.fullmatch(text):
        raise BadInput(
            _("class: give a code such as E0102, or its beginning, not “%(text)s”.")
            % {"text": text[:40]},
            field="class",
        )
    return text


def _digits(name: str, text: str) -> str:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise BadInput(
            _("%(name)s: give a code of up to 12 digits, not “%(text)s”.")
            % {"name": name, "text": text[:40]},
            field=name,
        )
    return text


def _number(name: str, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise BadInput(
            _("%(name)s: choose one of the list, not “%(text)s”.")
            % {"name": name, "text": text[:40]},
            field=name,
        )
    return int(text)


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not _FIRST <= day <= _LAST:
        raise BadInput(
            _("%(name)s: give a day such as 2026-11-22, not “%(text)s”.")
            % {"name": name, "text": text[:40]},
            field=name,
        )
    return day
