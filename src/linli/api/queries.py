"""What the interface reads beyond the packages' own queries: lists as plain rows, small registers.

Rows come as dictionaries ready for JSON, because building model objects for them costs more than
the query (libraries: serving).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases import queries as cases
from linli.cases import rules
from linli.cases.models import Case, CaseClock
from linli.cases.queries import requests as asking
from linli.cases.rules.filters import CaseFilter
from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Limit, LimitUnit, light
from linli.components import queries as components
from linli.components.models import Component
from linli.components.rules.codes import text_of
from linli.components.rules.states import Condition, State
from linli.kernel.errors import NotFound
from linli.kernel.web import cursor_text
from linli.staff import queries as staff
from linli.staff.models import Unit
from linli.staff.models.units import UnitKind
from linli.territory import queries as territory
from linli.territory.models import Cell, Grid

if TYPE_CHECKING:
    from linli.staff.models import User
    from linli.staff.policy import Seat

Row = dict[str, Any]
UNIT_KINDS: tuple[str, ...] = tuple(UnitKind.values)


class Rows(NamedTuple):
    """Some rows and the token of the next page, or None at the end."""

    rows: list[Row]
    next: str | None


_NAMES = (
    "id", "reported_at", "stage", "stage_since", "urgency", "handling", "channel", "description",
    "address", "due_at", "warn_at", "suspended_until", "event_count", "report_count", "rating",
    "case_class_id", "grid_id", "community_id", "street_id", "district_id", "centre_id",
    "lead_unit_id", "component_code",
)  # fmt: skip
_LISTED = (*_NAMES, "lon", "lat")
_COLUMNS = ", ".join((*_NAMES, "ST_X(place)", "ST_Y(place)"))


def case_rows(
    user: User,
    wanted: CaseFilter,
    *,
    now: datetime,
    after: tuple[datetime, int] | None,
    size: int,
) -> Rows:
    """The newest cases that fit, `size` a page, as `GET /cases` shows them. 3 queries.

    `after` is the last row of the page before: the moment of its report and its id.
    """
    below = None if after is None else cases.Found(*after)
    rows = cases.newest_values(user, wanted, _COLUMNS, now=now, size=size + 1, below=below)
    found = [dict(zip(_LISTED, row, strict=True)) for row in rows]
    more, found = len(found) > size, found[:size]
    token = cursor_text([found[-1]["reported_at"].isoformat(), found[-1]["id"]]) if more else None
    return Rows(_case_rows(found, now), token)


def _case_rows(found: list[Row], now: datetime) -> list[Row]:
    """Rows of the table as the interface shows them. Names come from memory: joins for them would
    cost several times the query itself, in planning alone."""
    book, tree = catalogue.current(), territory.tree()
    grids = _grids(tree, {row["grid_id"] for row in found})
    units = _units({row["centre_id"] for row in found} | {row["lead_unit_id"] for row in found})

    def kind(class_id: int | None) -> Row | None:
        if class_id is None:
            return None
        found = book.class_by_id(class_id)
        return {"code": found.code, "name": found.name}

    def region(region_id: int | None) -> str | None:
        return None if region_id is None else tree.region(region_id).code

    return [
        {
            "number": rules.case_number(row["id"], timezone.localdate(row["reported_at"])),
            "stage": row["stage"],
            "case_class": kind(row["case_class_id"]),
            "urgency": row["urgency"],
            "handling": row["handling"],
            "channel": row["channel"],
            "description": row["description"],
            "address": row["address"],
            "place": None if row["lon"] is None else {"lon": row["lon"], "lat": row["lat"]},
            "component": row["component_code"] and text_of(row["component_code"]),
            "grid": grids.get(row["grid_id"]),
            "community": region(row["community_id"]),
            "street": region(row["street_id"]),
            "district": region(row["district_id"]),
            "centre": units[row["centre_id"]],
            "unit": units.get(row["lead_unit_id"]),
            "reported_at": row["reported_at"].isoformat(),
            "stage_since": row["stage_since"].isoformat(),
            "due_at": iso(row["due_at"]),
            "light": light_of(row["stage"], now, row["warn_at"], row["due_at"]),
            "suspended_until": iso(row["suspended_until"]),
            "reports": row["report_count"],
            "rating": row["rating"],
            "seen": row["event_count"],
        }
        for row in found
    ]


class _Names(NamedTuple):
    """Names read so far, good as long as `of` is the present tree."""

    of: object
    rows: dict[int, Row]


_held: dict[str, _Names] = {}


def _known(what: str, of: object) -> dict[int, Row]:
    held = _held.get(what)
    if held is None or held.of is not of:
        held = _held[what] = _Names(of, {})
    return held.rows


def _grids(tree: territory.Tree, ids: set[int | None]) -> dict[int, Row]:
    """Grids by id. No query for those read before: the tree is a new one when a grid changes."""
    known = _known("grids", tree)
    if missing := [one for one in ids if one is not None and one not in known]:
        for row in Grid.objects.filter(pk__in=missing).values("id", "code", "name"):
            known[row["id"]] = {"code": row["code"], "name": row["name"]}
    return known


def _units(ids: set[int | None]) -> dict[int, Row]:
    """Units by id. One query for the stamp of the tree, and one for those not read before."""
    known = _known("units", staff.unit_tree())
    if missing := [one for one in ids if one is not None and one not in known]:
        for unit in Unit.objects.filter(pk__in=missing).values("id", "name"):
            known[unit["id"]] = {"id": unit["id"], "name": unit["name"]}
    return known


def iso(moment: date | datetime | None) -> str | None:
    """A day or a moment as ISO 8601."""
    return None if moment is None else moment.isoformat()


def light_of(
    stage: str, now: datetime, warn_at: datetime | None, due_at: datetime | None
) -> str | None:
    """The light of an open case; None for one that has ended."""
    if stage not in rules.OPEN:
        return None
    return str(light(now, warn_at, due_at))


def case_for(user: User, number: str) -> Case:
    """The case with this number, without its names: those come from memory. One query.

    Raises NotFound, also for a foreign case.
    """
    parsed = rules.parse_case_number(number)
    if parsed is not None:
        case = cases.cases_for(user).filter(pk=parsed[0]).first()
        if case is not None and case.reported_on == parsed[1]:
            return case
    raise _no_such_case()


def case_row(case: Case, now: datetime) -> Row:
    """One case as a row of the list."""
    row = {name: getattr(case, name) for name in _NAMES}
    row["lon"], row["lat"] = case.place.coords if case.place else (None, None)
    return _case_rows([row], now)[0]


def clock_rows(case: Case) -> list[Row]:
    """The clocks of a case, oldest first. One query."""
    clocks = CaseClock.objects.filter(case_id=case.pk).order_by("number")
    return [
        {
            "stage": clock.stage,
            "limit": catalogue.limit_text(Limit(clock.limit_amount, LimitUnit(clock.limit_unit))),
            "started_at": iso(clock.started_at),
            "due_at": iso(clock.due_at),
            "warn_at": iso(clock.warn_at),
            "ended_at": iso(clock.ended_at),
            "late": clock.late,
            "stopped": bool(clock.stops) and clock.stops[-1][1] is None,
        }
        for clock in clocks
    ]


def request_rows(case: Case) -> list[Row]:
    """More time and suspensions of a case, oldest first. One query."""
    return [
        {
            "kind": one.kind,
            "what": one.what,
            "until": iso(one.until),
            "answer": one.answer.value,
            "asked": one.asked and _said(one.asked),
            "consents": [_said(said) for said in one.consents],
            "refusal": one.refusal and _said(one.refusal),
            "withdrawal": one.withdrawal and _said(one.withdrawal),
            "due_from": iso(one.due_from),
            "due_to": iso(one.due_to),
        }
        for one in asking.requests_of(asking.request_events(case))
    ]


def _said(said: asking.Said) -> Row:
    return {"who": said.who, "post": said.post, "at": iso(said.at), "words": said.words}


def _no_such_case() -> NotFound:
    return NotFound(_("There is no such case, or you may not see it."))


def case_id_for(user: User, number: str) -> int:
    """The id of the case with this number. One query. Raises NotFound, also for a foreign case."""
    parsed = rules.parse_case_number(number)
    if parsed is not None:
        at = cases.cases_for(user).filter(pk=parsed[0]).values_list("reported_at", flat=True)
        if (found := at.first()) is not None and timezone.localdate(found) == parsed[1]:
            return parsed[0]
    raise _no_such_case()


def grid_rows(community: str, *, on: date) -> list[Row]:
    """The grids of a community in force on a day, by code. One query. Raises NotFound."""
    region = territory.tree().by_code(community)
    if region is None:
        raise _no_region("community", community)
    present = Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gt=on))
    rows = Grid.objects.filter(present, community_id=region.id).order_by("code")
    return [row | {"community": region.code} for row in rows.values("code", "name", "layer")]


def region_rows(*, parent: str, tier: str) -> list[Row]:
    """Present regions by code: right below `parent`, of `tier`, or (neither) the roots. At most
    one query. Raises NotFound for an unknown parent."""
    tree = territory.tree()
    if parent:
        above = tree.by_code(parent)
        if above is None:
            raise _no_region("parent", parent)
        found: Iterable[Any] = tree.children_of(above.id)
        if tier:
            under = tree.regions_under(above.id) - {above.id}
            found = [r for r in tree.regions(tier) if r.id in under]
    else:
        found = tree.regions(tier) if tier else tree.children_of(None)
    return [_region(tree, region) for region in found]


def _no_region(field: str, code: str) -> NotFound:
    return NotFound(
        _("%(field)s: there is no region with the code %(code)s. GET /regions lists them.")
        % {"field": field, "code": code[:20]},
        field=field,
    )


def _region(tree: territory.Tree, region: territory.RegionFacts) -> Row:
    parent = None if region.parent_id is None else tree.region(region.parent_id).code
    return {
        "code": region.code,
        "name": region.name,
        "name_en": region.name_en,
        "tier": region.tier,
        "parent": parent,
    }


def location_row(lon: float, lat: float) -> Row:
    """Everything that lies under a WGS84 point. Two queries at most for the names."""
    found = territory.locate(lon, lat)
    tree = territory.tree()
    row: Row = {"place": {"lon": lon, "lat": lat}, "grade": found.grade}
    row["border_m"] = None if found.border_m is None else round(found.border_m, 1)
    grid = Grid.objects.filter(pk=found.grid_id or 0).values("code", "name").first()
    cell = Cell.objects.filter(pk=found.cell_id or 0).values_list("code", flat=True).first()
    row |= {"grid": grid, "cell": cell}
    for tier in ("community", "street", "district", "city"):
        region_id = getattr(found, f"{tier}_id")
        region = None if region_id is None else tree.region(region_id)
        row[tier] = None if region is None else {"code": region.code, "name": region.name}
    return row


def unit_rows(*, kind: str) -> list[Row]:
    """Active units, parents first. One query."""
    rows = staff.units(kind=kind).values(
        "id", "code", "name", "name_en", "kind", "parent_id", region_code=F("region__code")
    )
    return [
        {
            "id": row["id"],
            "code": row["code"],
            "name": row["name"],
            "name_en": row["name_en"],
            "kind": row["kind"],
            "parent": row["parent_id"],
            "region": row["region_code"],
        }
        for row in rows
    ]


def number_of(user: User, case_id: int | None) -> str | None:
    """The number of a case by its id, if `user` may see it. One query unless `case_id` is None."""
    if case_id is None:
        return None
    at = cases.cases_for(user).filter(pk=case_id).values_list("reported_at", flat=True).first()
    return None if at is None else rules.case_number(case_id, timezone.localdate(at))


def similar_row(found: cases.Similar) -> Row:
    """A case of `cases.queries.similar_cases` as `/similar` shows it."""
    case, likeness = found.case, found.likeness
    kind = case.case_class
    return {
        "number": case.number,
        "stage": case.stage,
        "case_class": kind and {"code": kind.code, "name": kind.name},
        "description": case.description,
        "distance_m": None if found.distance_m is None else round(found.distance_m, 1),
        "reported_at": case.reported_at.isoformat(),
        "chance": round(likeness.chance, 3),
        "reasons": found.reasons,
    }


def seat_row(seat: Seat) -> Row:
    """A post as `GET /me` shows it."""
    region = None if seat.region_id is None else territory.tree().region(seat.region_id).code
    return {
        "post": seat.post_id,
        "title": seat.title,
        "unit": seat.unit_id,
        "reach": seat.reach,
        "region": region,
        "grids": sorted(seat.grid_ids),
        "classes": list(seat.class_codes),
        "grants": sorted(seat.grants),
    }


# -- components -----------------------------------------------------------------------------------
def component_row(one: Component) -> Row:
    """A component as lists show it. No query."""
    care = one.care
    parts = one.parts

    def carer(unit: Unit | None, name: str) -> Row | None:
        if unit is not None:
            return {"id": unit.pk, "name": unit.label}
        return {"id": None, "name": name} if name else None

    return {
        "code": one.number,
        "component_class": {"code": parts.class_code, "name": components.class_label(one.code)},
        "name": one.name,
        "state": State(one.state).word,
        "condition": Condition(one.condition).word,
        "place": {"lon": one.place.x, "lat": one.place.y},
        "address": one.wording.text if one.wording else "",
        "community": {"code": one.community.code, "name": one.community.name},
        "grid": {"code": one.grid.code, "name": one.grid.name} if one.grid else None,
        "cell": one.cell.code if one.cell else None,
        "owner": carer(care.owner, care.owner_name),
        "responsible": carer(care.responsible, care.responsible_name),
        "maintainer": carer(care.maintainer, care.maintainer_name),
        "installed_on": one.installed_on and one.installed_on.isoformat(),
        "changed_on": one.changed_on and one.changed_on.isoformat(),
        "source": one.source.name,
        "version": one.version,
    }


def told_row(told: components.Told) -> Row:
    """A line of a component's history."""
    return {
        "at": told.at and timezone.localtime(told.at).isoformat(),
        "what": told.what,
        "by": told.who,
        "changes": [
            {"field": name, "before": before, "after": after}
            for name, before, after in told.changes
        ],
        "file": told.import_file,
    }
