"""The plain data of a bulletin: frozen figures, cards, chosen cases. No person is in it (P1, P6).

Words are in the language of the city, as they go on paper and stay.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from linli.bulletins.rules.maps import snapped
from linli.bulletins.rules.ranking import ranked
from linli.cards.queries.cards import standing_by_unit
from linli.cards.queries.units import names_of
from linli.cases import queries as cases
from linli.cases.models import Case
from linli.evaluation.models import Freeze
from linli.evaluation.policy import require_dimension
from linli.evaluation.queries import frozen
from linli.evaluation.queries.figures import Figures, Line, frozen_figures
from linli.evaluation.rules.scoring import DASH, shown
from linli.evaluation.rules.subjects import DIMENSIONS, Shows
from linli.kernel.errors import BadInput, NotFound
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_CASES = 60
MOST_CLASSES = 10
MOST_AREAS = 40
_FINE = 0.0002  # degrees by which outlines are simplified
_TOTALS = ("reported", "filed", "handled", "closed", "reworked")


def monthly_content(user: User, freeze: Freeze) -> dict[str, Any]:
    """Figures of a frozen period with those of the period before, where that is frozen too.

    At most nine queries. Raises NotYours for who may not see figures.
    """
    require_dimension(user, DIMENSIONS["unit"])
    period = frozen.period_of(freeze)
    with translation.override(settings.LANGUAGE_CODE):
        by_unit = _of(user, freeze, "unit")
        regions = _of(user, freeze, "district")
        if len(regions.lines) < 2:
            regions = _of(user, freeze, "street")
        older = frozen.newest(period.before)
        before = _of(user, older, regions.dimension.code) if older else None
        return {
            "period": period.label,
            "basis": _(
                "Closed period %(period)s, count %(number)d, closed on %(day)s; formulas of"
                " version %(version)s."
            )
            % {
                "period": period.label, "number": freeze.number,
                "day": timezone.localdate(freeze.frozen_at).isoformat(),
                "version": freeze.version.number,
            },
            "formulas": "；".join(_words(by_unit)),
            "totals": _totals(regions, before),
            "ranking": ranked([_unit(line) for line in by_unit.lines if line.key is not None]),
            "regions": [_region(line) for line in regions.lines if line.key is not None],
            "classes": _classes(_of(user, freeze, "class")),
            "cards": _cards(user, period.first, period.last),
            "cases": [],
        }  # fmt: skip


def _of(user: User, freeze: Freeze, dimension: str) -> Figures:
    return frozen_figures(user, freeze, DIMENSIONS[dimension], frozen.period_of(freeze))


def _words(figures: Figures) -> list[str]:
    """Each formula of the rows as people read it."""
    book = figures.books[0]
    return [f"{one.label} = {book.words(one)}" for one in book.formulas]


def _totals(figures: Figures, before: Figures | None) -> list[dict[str, str]]:
    found = []
    for base in figures.bases:
        if base.code in _TOTALS:
            was = f"{before.sum.counts[base.code]:,}" if before else DASH
            found.append(
                {
                    "name": str(base.label),
                    "value": f"{figures.sum.counts[base.code]:,}",
                    "before": was,
                }
            )
    for one in figures.formulas:
        if one.shows == Shows.RATE:
            was = shown(before.sum.values.get(one.code), one.shows) if before else DASH
            value = shown(figures.sum.values.get(one.code), one.shows)
            found.append({"name": one.label, "value": value, "before": was})
    return found


def _rate(line: Line, code: str) -> str:
    return shown(line.values.get(code), Shows.RATE)


def _unit(line: Line) -> dict[str, Any]:
    filed = line.counts.get("filed", 0)
    return {
        "unit": line.name, "filed": filed, "on_time": _rate(line, "on_time_handling_rate"),
        "rework": _rate(line, "rework_rate"), "points": shown(line.points, Shows.TOTAL),
        "grade": line.grade or DASH,
    }  # fmt: skip


def _region(line: Line) -> dict[str, str]:
    counts = {code: f"{line.counts.get(code, 0):,}" for code in ("reported", "filed", "closed")}
    return {
        "name": line.name, **counts, "closing": _rate(line, "closing_rate"),
        "points": shown(line.points, Shows.TOTAL), "grade": line.grade or DASH,
    }  # fmt: skip


def _classes(figures: Figures) -> list[dict[str, str]]:
    """The classes reported most."""
    lines = [one for one in figures.lines if one.key is not None]
    lines.sort(key=lambda one: (-one.counts.get("reported", 0), one.name))
    return [
        {"name": one.name, "count": str(one.counts.get("reported", 0))}
        for one in lines[:MOST_CLASSES]
    ]


def _cards(user: User, since: Any, until: Any) -> list[dict[str, str]]:
    """Cards that stand of those issued in the period, by unit, the fewest points first."""
    standing = standing_by_unit(user, since=since, until=until)
    names = names_of(standing) if standing else {}
    rows = sorted(standing.values(), key=lambda one: (one.points, one.unit_id))
    return [
        {
            "unit": names.get(one.unit_id, str(one.unit_id)), "yellow": str(one.yellow),
            "red": str(one.red), "points": str(one.points),
        }
        for one in rows
        if one.yellow or one.red
    ]  # fmt: skip


def chosen_cases(user: User, numbers: Sequence[str]) -> list[Case]:
    """The cases that a person chose, in their order. One query a case.

    Raises BadInput for one that is not there, or that they may not see.
    """
    if len(numbers) > MOST_CASES:
        raise BadInput(
            _("cases: at most %(most)d cases; these are %(count)d.")
            % {"most": MOST_CASES, "count": len(numbers)},
            field="cases",
        )
    found = []
    for number in dict.fromkeys(numbers):
        try:
            found.append(cases.case_for(user, number))
        except NotFound:
            raise BadInput(
                _("cases: there is no case %(number)s, or you may not see it.")
                % {"number": number[:40]},
                field="cases",
            ) from None
    return found


def case_lines(found: Iterable[Case]) -> list[dict[str, str]]:
    """What a bulletin tells of a case: no address, no reporter, no words of anybody."""
    with translation.override(settings.LANGUAGE_CODE):
        return [_case_line(place, one) for place, one in enumerate(found, 1)]


def _case_line(place: int, case: Case) -> dict[str, str]:
    where = [one.name for one in (case.district, case.street, case.community) if one]
    return {
        "place": str(place),
        "number": case.number,
        "case_class": case.case_class.label if case.case_class else DASH,
        "where": "".join(where) or DASH,
        "unit": case.lead_unit.label if case.lead_unit else DASH,
        "reported_on": timezone.localdate(case.reported_at).isoformat(),
        "closed_on": timezone.localdate(case.closed_at).isoformat() if case.closed_at else DASH,
        "stage": str(case.get_stage_display()),
    }


def special_content(found: Sequence[Case]) -> dict[str, Any]:
    """Chosen cases, counted by class and by place, and where they lie. One query."""
    lines = case_lines(found)
    return {
        "map": _map_of(found),
        "cases": list(lines),
        "case_count": str(len(lines)),
        "classes": _counted(one["case_class"] for one in lines),
        "regions": _counted(one["where"] for one in lines),
    }


def _map_of(found: Sequence[Case]) -> dict[str, Any]:
    """What a map of cases is drawn of: places on a lattice, the outlines of the streets they lie in
    (of districts where those are many), and of those around. Plain data, kept with the text."""
    places = [(case.place.x, case.place.y) for case in found if case.place is not None]
    ids = {case.street_id for case in found if case.street_id is not None}
    if len(ids) > MOST_AREAS:
        ids = {case.district_id for case in found if case.district_id is not None}
    if not places or len(ids) > MOST_AREAS:
        return {"points": snapped(places), "areas": [], "around": []}
    wanted = ids | _beside(ids)
    drawn = territory.regions_for_map(sorted(wanted), on=timezone.localdate(), tolerance=_FINE)
    areas: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for one in json.loads(drawn)["features"]:
        if one["geometry"]:
            area = {"name": one["properties"]["name"], "rings": _rings(one["geometry"])}
            areas[one["id"] in ids].append(area)
    return {"points": snapped(places), "areas": areas[True], "around": areas[False]}


def _beside(ids: set[int]) -> set[int]:
    """The other regions of the same regions above; none where those are too many to draw."""
    tree = territory.tree()
    above = {tree.region(one).parent_id for one in ids}
    found = {each.id for one in above for each in tree.children_of(one)} - ids
    return found if len(found) <= MOST_AREAS else set()


def _rings(shape: Mapping[str, Any]) -> list[list[list[float]]]:
    polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    return [
        [[round(lon, 5), round(lat, 5)] for lon, lat in ring] for one in polygons for ring in one
    ]


def _counted(names: Iterable[str]) -> list[dict[str, str]]:
    most = Counter(names).most_common(MOST_CLASSES)
    return [{"name": name, "count": str(count)} for name, count in most]
