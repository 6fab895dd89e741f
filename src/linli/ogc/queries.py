"""Pages of features: the ground for everybody, cases for those who may see them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases import queries as cases
from linli.cases import rules as case_rules
from linli.cases.queries import lists, paging
from linli.cases.queries.dressing import dressed
from linli.cases.rules.filters import CaseFilter
from linli.catalogue.rules import light
from linli.components import queries as components
from linli.components.rules import Condition, State
from linli.components.rules.filters import STANDING, ComponentFilter
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.web import cursor_keys, cursor_text, cursor_values
from linli.ogc.rules.asking import Asked, Span
from linli.ogc.rules.crs import Box, Crs
from linli.territory import queries as territory
from linli.territory.queries import features as ground
from linli.territory.queries.features import Axes, Kind, Wanted

if TYPE_CHECKING:
    from linli.cases.models import Case
    from linli.components.models import Component
    from linli.staff.models import User

KINDS: dict[str, Kind] = {"regions": "region", "grids": "grid", "cells": "cell"}
_AXES: dict[Crs, Axes] = {
    Crs.CRS84: "lonlat",
    Crs.WGS84: "latlon",
    Crs.CGCS2000: "latlon",
    Crs.MERCATOR: "mercator",
}


class Page(NamedTuple):
    """Features as GeoJSON texts, the cursor of the next page, how many there are on all pages (None
    where that is not known)."""

    texts: list[str]
    next: str | None
    matched: int | None


def extent(*, today: date) -> ground.Extent:
    """What the ground covers. One query."""
    return ground.extent(on=today)


def ground_stamp() -> str:
    """Changes with every change of the territory. One query."""
    return str(territory.versions().version)


def ground_page(name: str, asked: Asked, *, today: date) -> Page:
    """A page of `name` (a key of `KINDS`): one query, and one to count on the first page.

    Without a span what is in force today. Raises BadInput.
    """
    kind, wanted = KINDS[name], _wanted(asked, today)
    after = 0 if asked.cursor is None else _after(asked.cursor)
    found = ground.features(kind, wanted, after=after, size=asked.limit, axes=_AXES[asked.crs])
    return Page(
        found.texts,
        None if found.next is None else cursor_text([found.next]),
        ground.count_features(kind, wanted) if asked.cursor is None else None,
    )


def ground_feature(name: str, code: str, asked: Asked, *, today: date) -> str:
    """One feature as GeoJSON text: of the days asked for, else as it lies today or lay last. One
    query. Raises NotFound."""
    kind = KINDS[name]
    wanted = _wanted(asked, today) if asked.span else Wanted(since=None, until=today)
    wanted = replace(wanted, facts={"code": code[:40]})
    found = ground.features(kind, wanted, size=1, axes=_AXES[asked.crs])
    if not found.texts:
        raise _no_such_feature()
    return found.texts[0]


def _wanted(asked: Asked, today: date) -> Wanted:
    since: date | None = today
    until: date | None = today
    if asked.span is not None:
        start, end = asked.span
        since = None if start is None else timezone.localdate(start)
        until = None if end is None else timezone.localdate(end)
    return Wanted(since, until, asked.box, asked.facts)


def _after(cursor: str) -> int:
    (number,) = cursor_values(cursor, 1)
    if type(number) is not int or not 0 <= number < 2**63:
        raise BadInput(
            _("cursor is not one that this list gave out. Leave it out to start from the top."),
            field="cursor",
        )
    return number


def case_page(user: User, asked: Asked, *, now: datetime) -> Page:
    """Cases that `user` may see, newest first. Three queries or fewer, one more to count on the
    first page. Raises BadInput."""
    wanted = CaseFilter.parse({**asked.facts})
    fits = lists.where(user, wanted, now=now) & _within(asked.box, asked.span)
    below = _below(user, asked.cursor) if asked.cursor else None
    whole = bool(wanted.words) or asked.box is not None  # words and places have their own indexes
    rows = paging.newest_cases(user, fits, size=asked.limit + 1, whole=whole, below=below)
    found = list(rows)
    more, found = len(found) > asked.limit, dressed(found[: asked.limit])
    matched = None
    if asked.cursor is None:
        most = lists.MOST_COUNTED
        counted = paging.counted(user, fits, most=most + 1, whole=whole) if more else len(found)
        matched = counted if counted <= most else None
    return Page(
        [dumped(_case(case, asked.crs, now)) for case in found],
        cases.cursor_of(found[-1]) if more else None,
        matched,
    )


def _below(user: User, cursor: str) -> paging.Found:
    at, number = cursor_keys(cases.cases_for(user), lists.ORDER, cursor)
    return paging.Found(at, number)


def case_feature(user: User, number: str, asked: Asked, *, now: datetime) -> str:
    """One case as GeoJSON text. Raises NotFound, also for a foreign case."""
    parsed = case_rules.parse_case_number(number)
    case = cases.cases_for(user).filter(pk=parsed[0]).first() if parsed is not None else None
    if parsed is None or case is None or case.reported_on != parsed[1]:
        raise _no_such_feature()
    return dumped(_case(dressed([case])[0], asked.crs, now))


def component_page(user: User, asked: Asked) -> Page:
    """Components that `user` may see, by code; without a state all but removed. Two queries, one
    more to count on the first page, and those of the filter. Raises BadInput."""
    wanted = ComponentFilter.parse({"state": STANDING, **asked.facts})
    matched = None
    if asked.box is None:
        page = components.page_for(user, wanted, cursor=asked.cursor, size=asked.limit)
    else:
        page = components.page_in_box(
            user, wanted, asked.box, cursor=asked.cursor, size=asked.limit
        )
    if asked.cursor is None:
        found = (
            components.count_for(user, wanted)
            if asked.box is None
            else components.count_in_box(user, wanted, asked.box)
        )
        matched = found.count if found.exact else None
    return Page([dumped(_component(one, asked.crs)) for one in page.rows], page.next, matched)


def component_feature(user: User, code: str, asked: Asked) -> str:
    """One component as GeoJSON text. Raises NotFound, also for a foreign one."""
    try:
        return dumped(_component(components.component_for(user, code), asked.crs))
    except NotFound:
        raise _no_such_feature() from None


def _component(one: Component, crs: Crs) -> dict[str, Any]:
    """What a map needs of a component."""
    care = one.care
    facts = {
        "code": one.number,
        "class": one.parts.class_code,
        "class_name": components.class_label(one.code),
        "name": one.name,
        "state": State(one.state).word,
        "condition": Condition(one.condition).word,
        "address": one.wording.text if one.wording else "",
        "community": one.community.code,
        "grid": one.grid and one.grid.code,
        "cell": one.cell and one.cell.code,
        "owner": care.owner.label if care.owner else care.owner_name,
        "responsible": care.responsible.label if care.responsible else care.responsible_name,
        "maintainer": care.maintainer.label if care.maintainer else care.maintainer_name,
        "installed_on": one.installed_on and one.installed_on.isoformat(),
        "changed_on": one.changed_on and one.changed_on.isoformat(),
    }
    place = {"type": "Point", "coordinates": crs.place(one.place.x, one.place.y)}
    return {"type": "Feature", "id": one.number, "geometry": place, "properties": facts}


def _within(box: Box | None, span: Span | None) -> Q:
    found = Q()
    if box is not None:
        west, south, east, north = box
        if west <= east:
            shape: Any = Polygon.from_bbox((west, south, east, north))
        else:
            halves = ((west, south, 180.0, north), (-180.0, south, east, north))
            shape = MultiPolygon([Polygon.from_bbox(half) for half in halves])
        shape.srid = 4326
        found &= Q(place__intersects=shape)
    if span is not None and span.start is not None:
        found &= Q(reported_at__gte=span.start)
    if span is not None and span.end is not None:
        found &= Q(reported_at__lte=span.end)
    return found


def _case(case: Case, crs: Crs, now: datetime) -> dict[str, Any]:
    """What a map needs of a case. The words of the report stay in the case: they may be personal,
    and a copy in a map file is out of everybody's sight (P7, P16)."""
    runs = case.is_open and not case.is_suspended
    place = None
    if case.place is not None:
        place = {"type": "Point", "coordinates": crs.place(case.place.x, case.place.y)}
    facts = {
        "number": case.number,
        "stage": case.stage,
        "class": case.case_class and case.case_class.code,
        "class_name": case.case_class and case.case_class.label,
        "urgency": case.urgency,
        "handling": case.handling,
        "channel": case.channel,
        "address": case.address,
        "grid": case.grid and case.grid.code,
        "community": case.community and case.community.code,
        "street": case.street and case.street.code,
        "district": case.district and case.district.code,
        "unit": case.lead_unit and case.lead_unit.label,
        "light": str(light(now, case.warn_at, case.due_at)) if runs else None,
        "reported_at": case.reported_at.isoformat(),
        "due_at": case.due_at and case.due_at.isoformat(),
        "suspended_until": case.suspended_until and case.suspended_until.isoformat(),
    }
    return {"type": "Feature", "id": case.number, "geometry": place, "properties": facts}


def dumped(body: object) -> str:
    """`body` as JSON."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def collection_text(texts: Iterable[str], facts: dict[str, Any]) -> str:
    """A FeatureCollection from features that are texts already."""
    return dumped(facts)[:-1] + ',"features":[' + ",".join(texts) + "]}"


def _no_such_feature() -> NotFound:
    return NotFound(_("There is no such feature, or you may not see it."), field="featureId")
