"""The parameters of a list of requests (R1–R5, and the extensions seen in the wild)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput
from linli.kernel.web import degrees
from linli.open311.rules.moments import Span, moment, span_of
from linli.open311.rules.statuses import STATUSES

MOST_ROWS = 1000  # R5
MOST_TOLD = 100  # with extensions: each brings its story
MOST_PAGED = 10_000  # beyond, the dates are to be narrowed: skipping rows costs as much as reading
MOST_IDS = 200

Box = tuple[float, float, float, float]  # west, south, east, north in degrees, WGS84


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as it was asked for. `ids` override everything but `extensions` (R1)."""

    span: Span
    ids: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = STATUSES
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    box: Box | None = None
    page: int = 1
    size: int = MOST_ROWS
    extensions: bool = False

    @property
    def start(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.size


def read(given: Mapping[str, str], *, now: datetime) -> Asked:
    """A query string as a list; what is not known is passed over, as clients send what other
    cities know. Raises BadInput naming the parameter."""
    extensions = given.get("extensions", "").lower() in ("true", "v1", "1")
    most = MOST_TOLD if extensions else MOST_ROWS
    ids = listed(given.get("service_request_id", ""))
    if len(ids) > MOST_IDS:
        raise BadInput(
            _("service_request_id takes at most %(most)d numbers at once.") % {"most": MOST_IDS},
            field="service_request_id",
        )
    if ids:
        return Asked(Span(now, now), ids=ids, extensions=extensions)
    page = whole("page", given.get("page", ""), least=1, most=MOST_PAGED, usual=1)
    size = whole("page_size", given.get("page_size", ""), least=1, most=most, usual=most)
    if (page - 1) * size >= MOST_PAGED:
        raise BadInput(
            _("page and page_size lead beyond %(most)d requests. Narrow start_date and end_date.")
            % {"most": MOST_PAGED},
            field="page",
        )
    return Asked(
        span=span_of(at("start_date", given), at("end_date", given), now=now),
        codes=listed(given.get("service_code", ""))[:MOST_IDS],
        statuses=_statuses(given.get("status", "")),
        updated_after=at("updated_after", given),
        updated_before=at("updated_before", given),
        box=_box(given.get("bbox", "")),
        page=page,
        size=size,
        extensions=extensions,
    )


def listed(text: str) -> tuple[str, ...]:
    """The parts of a comma list, each once."""
    return tuple(dict.fromkeys(part.strip()[:60] for part in text.split(",") if part.strip()))


def at(name: str, given: Mapping[str, str]) -> datetime | None:
    """The moment of a parameter, if it is given. Raises BadInput."""
    return moment(name, given[name]) if given.get(name) else None


def whole(name: str, text: str, *, least: int, most: int, usual: int) -> int:
    """A whole number in its bounds. Raises BadInput naming the parameter."""
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
        raise BadInput(
            _("%(name)s is a whole number from %(least)d to %(most)d.")
            % {"name": name, "least": least, "most": most},
            field=name,
        )
    return int(text)


def _statuses(text: str) -> tuple[str, ...]:
    found = tuple(part.lower() for part in listed(text))
    for part in found:
        if part not in STATUSES:
            raise BadInput(
                _("status is open, closed or both with a comma, not “%(value)s”.")
                % {"value": part[:40]},
                field="status",
            )
    return found or STATUSES


def _box(text: str) -> Box | None:
    if not text:
        return None
    parts = text.split(",")
    if len(parts) != 4:
        raise BadInput(
            _("bbox is west,south,east,north in degrees, such as 121.0,31.0,121.5,31.5."),
            field="bbox",
        )
    west, south, east, north = (
        degrees(part.strip(), "bbox", most)
        for part, most in zip(parts, (180, 90, 180, 90), strict=True)
    )
    if west > east or south > north:
        raise BadInput(
            _("bbox is west,south,east,north: the first two lie below the last two."), field="bbox"
        )
    return west, south, east, north
