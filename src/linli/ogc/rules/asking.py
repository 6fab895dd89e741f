"""The parameters of a page of features, read strictly (OGC 17-069r4, 7.15)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.ogc.rules.crs import Box, Crs

USUAL, MOST = 100, 1000  # features a page
PAGE = ("limit", "bbox", "bbox-crs", "datetime", "crs", "cursor", "f")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


class Span(NamedTuple):
    """From one moment to another, both included; None is without end."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A page as it was asked for. `box` is west, south, east, north in degrees; west lies east of
    east where it crosses the 180th meridian. `facts` are the parameters about properties."""

    limit: int = USUAL
    box: Box | None = None
    span: Span | None = None
    crs: Crs = Crs.CRS84
    cursor: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def read(
    given: Mapping[str, str],
    *,
    facts: tuple[str, ...],
    zone: tzinfo,
    known: tuple[str, ...] = PAGE,
) -> Asked:
    """A query string as a page: `known` parameters and those about properties, `facts`. Days are
    days of `zone`. Raises BadInput naming the parameter."""
    known = (*known, *facts)
    for name, value in given.items():
        if name not in known:
            raise BadInput(
                _("%(name)s is no parameter here. Known: %(known)s.")
                % {"name": name[:40], "known": ", ".join(known)},
                field=name[:40],
            )
        if "\0" in value or len(value) > 400:
            raise BadInput(
                _("%(name)s is not valid: at most 400 characters of plain text.") % {"name": name},
                field=name,
            )
    form_of(given)
    return Asked(
        limit=_limit(given.get("limit")),
        box=_box(given.get("bbox"), _crs("bbox-crs", given.get("bbox-crs"))),
        span=_span(given.get("datetime"), zone),
        crs=_crs("crs", given.get("crs")),
        cursor=given.get("cursor") or None,
        facts={name: given[name] for name in facts if given.get(name)},
    )


def form_of(given: Mapping[str, str]) -> None:
    """Raises BadInput if another form than JSON is asked for."""
    if given.get("f", "json").lower() not in ("json", "geojson"):
        raise BadInput(_("f is json: there is no other form here."), field="f")


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= 1):
        raise BadInput(_("limit is a number from 1 to %(most)d.") % {"most": MOST}, field="limit")
    return min(int(text), MOST)  # fewer than asked for is allowed: 7.15.2 D


def _crs(name: str, text: str | None) -> Crs:
    if not text:
        return Crs.CRS84
    try:
        return Crs(text.strip("[]"))  # a “safe CURIE” has brackets, a URI has none
    except ValueError:
        raise BadInput(
            _("%(name)s is one of %(known)s.")
            % {"name": name, "known": ", ".join(each.value for each in Crs)},
            field=name,
        ) from None


def _box(text: str | None, crs: Crs) -> Box | None:
    if not text:
        return None
    parts = text.split(",")
    try:
        edges = [float(part) for part in parts if "_" not in part]
    except ValueError:
        edges = []
    if len(edges) == 6 and len(parts) == 6:  # with heights, which nothing here has
        edges = [*edges[:2], *edges[3:5]]
    if len(edges) != 4 or len(parts) not in (4, 6) or not all(map(math.isfinite, edges)):
        raise _no_box()
    west, south, east, north = crs.degrees((edges[0], edges[1], edges[2], edges[3]))
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise _no_box()
    return west, south, east, north


def _no_box() -> BadInput:
    return BadInput(
        _(
            "bbox is four numbers parted by commas: west, south, east, north in degrees"
            " (or in bbox-crs), the south below the north."
        ),
        field="bbox",
    )


def _span(text: str | None, zone: tzinfo) -> Span | None:
    if not text:
        return None
    ends = text.split("/")
    if len(ends) > 2 or (len(ends) == 1 and ends[0] == ".."):
        raise _no_span()
    start = _moment(ends[0], zone, time())
    end = _moment(ends[-1], zone, time(23, 59, 59, 999999))
    if start is not None and end is not None and start > end:
        raise BadInput(_("datetime: the interval ends before it begins."), field="datetime")
    return Span(start, end)


def _moment(text: str, zone: tzinfo, of_a_day: time) -> datetime | None:
    if text in ("", ".."):
        return None
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), of_a_day, zone)
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text.upper())
    except (ValueError, OverflowError):
        pass
    raise _no_span()


def _no_span() -> BadInput:
    return BadInput(
        _(
            "datetime is a day such as 2026-11-22, a moment such as 2026-11-22T08:00:00Z, or an"
            " interval of two of them parted by a slash, “..” for an open end."
        ),
        field="datetime",
    )
