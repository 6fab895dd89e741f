"""Cases as vector tiles: points near by, honest counts from afar.

Every case with a place lies in exactly one tile of a zoom: the one that holds its Web Mercator
fraction, west and north edge included. So the counts of all tiles add up to the count of the list,
and a tile to its four children. The box in degrees is only there for the index on `place`.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import Polygon
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, FloatField, Func, Q, QuerySet
from django.utils import timezone

from linli.cases import rules
from linli.cases.models import Case
from linli.cases.queries import paging
from linli.cases.queries.lists import filtered, where
from linli.cases.queries.public import public_rows, rounded
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN
from linli.catalogue import queries as catalogue
from linli.kernel.mvt import encoded

if TYPE_CHECKING:
    from linli.staff.models import User

POINTS_FROM = 14  # zoom from which single cases show
MOST_POINTS = 1_500  # in one tile; beyond, it is drawn as clusters (the bound is 200 kB a tile)
MOST_COUNTED = 20_000  # cases that one tile counts; beyond, the newest, marked `more`
PUBLIC_FROM = 13
MOST_PUBLIC = 600  # in one tile, the newest
_MARGIN = 1e-9  # degrees: more than rounding, less than a millimetre


@dataclass(frozen=True, slots=True)
class Spot:
    """A case, or several drawn as one. `x`, `y`: Web Mercator fractions of the world (0 … 1)."""

    x: float
    y: float
    count: int
    late: int  # past their deadline
    soon: int  # close to it
    case_id: int
    stage: str
    class_id: int | None
    reported_at: datetime
    light: str
    more: bool = False  # the tile holds more than was counted


def spots(user: User, wanted: CaseFilter, z: int, x: int, y: int, *, now: datetime) -> list[Spot]:
    """What of `wanted` lies in the tile, as `user` may see it. One query, two where it is capped
    for the first time.

    The sum of `count` is the list's count over the tile, up to MOST_COUNTED: beyond, it counts the
    newest so many and says `more`.
    """
    tile = (user.pk, wanted, z, x, y)
    if not _is_crowded(tile):
        rows = filtered(user, wanted, now=now).filter(_in_box(z, x, y)).order_by()
        try:
            every = paging.Text(*_values(rows).query.sql_with_params())
        except EmptyResultSet:  # a person who may see nothing
            return []
        found = _spots(every, z, x, y, now)
        if found is not None:
            return found
        _note_crowded(tile)
    # By the list's own order, whose indexes end early; a spatial one would fill a corner first.
    fits = where(user, wanted, now=now) & _in_box(z, x, y)
    newest = paging.newest_rows(
        user, _values(Case.objects.filter(fits)), size=MOST_COUNTED, whole=bool(wanted.words)
    )
    return [] if newest is None else _spots(newest, z, x, y, now, newest=True) or []


# Tiles that held too many a short while ago are not tried again: only the plan depends on it, the
# answer does not.
_CROWDED_S = 600
_MOST_CROWDED = 5_000
_crowded: dict[tuple[int, CaseFilter, int, int, int], float] = {}


def _is_crowded(tile: tuple[int, CaseFilter, int, int, int]) -> bool:
    return time.monotonic() < _crowded.get(tile, 0.0)


def _note_crowded(tile: tuple[int, CaseFilter, int, int, int]) -> None:
    if len(_crowded) >= _MOST_CROWDED:
        _crowded.clear()
    _crowded[tile] = time.monotonic() + _CROWDED_S


def case_tile(user: User, wanted: CaseFilter, z: int, x: int, y: int, *, now: datetime) -> bytes:
    """The layer “cases”: `count`, `late`, `soon`, and for single cases `number`, `class`, `stage`,
    `light`. Empty where there is nothing. Two queries, three where it is capped.
    """
    book = catalogue.current()
    features = []
    for spot in spots(user, wanted, z, x, y, now=now):
        facts: dict[str, Any]
        if spot.count == 1:
            facts = {
                "number": rules.case_number(spot.case_id, timezone.localdate(spot.reported_at)),
                "class": book.class_by_id(spot.class_id).code if spot.class_id else "",
                "stage": spot.stage,
                "light": spot.light,
            }
        else:
            facts = {"count": spot.count, "late": spot.late, "soon": spot.soon}
        if spot.more:
            facts["more"] = True
        features.append((spot.x, spot.y, facts))
    return encoded("cases", features, z, x, y)


def public_tile(z: int, x: int, y: int, *, now: datetime) -> bytes:
    """The layer “nearby” for everybody: `class`, `name`, `stage`, `day`, and a place rounded to
    some 20 m, which also decides the tile. Newest first, bounded, nothing from afar. Two queries.
    """
    if z < PUBLIC_FROM:
        return b""
    west, south, east, north = _degrees(z, x, y)
    around = 40 / 111_320  # degrees of latitude: whatever the rounding may bring in or out
    across = around / max(0.05, math.cos(math.radians(north)))
    box = Polygon.from_bbox((west - across, south - around, east + across, north + around))
    box.srid = 4326
    rows = public_rows(now=now).select_related(None).filter(place__bboverlaps=box)
    book = catalogue.current()
    features = []
    seen = rows.only("place", "stage", "reported_at", "case_class_id")
    for case in seen.order_by("-reported_at", "-id")[:MOST_PUBLIC]:
        assert case.place is not None  # public_rows leaves out those without
        assert case.case_class_id is not None
        at = _fractions(*rounded(case.place.x, case.place.y))
        if (math.floor(at[0] * 2**z), math.floor(at[1] * 2**z)) != (x, y):
            continue
        kind = book.class_by_id(case.case_class_id)
        facts = {
            "class": kind.code,
            "name": kind.label,
            "stage": case.stage,
            "open": case.is_open,
            "day": case.reported_on.isoformat(),
        }
        features.append((*at, facts))
    return encoded("nearby", features, z, x, y)


# -- how it is counted ----------------------------------------------------------------------------
def _in_box(z: int, x: int, y: int) -> Q:
    west, south, east, north = _degrees(z, x, y)
    box = Polygon.from_bbox((west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN))
    box.srid = 4326
    return Q(place__bboverlaps=box)


_COLUMNS = (
    "id", "lon", "lat", "stage", "due_at", "warn_at", "suspended_until", "reported_at",
    "case_class_id",
)  # fmt: skip
# Whether the tile holds too many is known before anything is computed of them.
_SPOTS = """
    WITH given AS (SELECT %s::float8 AS tiles, %s::float8 AS "column", %s::float8 AS line,
        %s::float8 AS lattice, %s::boolean AS points, %s::boolean AS newest, %s::timestamptz AS now,
        %s::text[] AS open),
    found AS MATERIALIZED (SELECT * FROM ({rows}) AS every LIMIT %s),
    amount AS MATERIALIZED (SELECT count(*) >= %s AS more FROM found),
    placed AS (
        SELECT id, stage, case_class_id, reported_at, newest, (lon + 180) / 360 AS x,
            (1 - ln(tan(radians(45 + lat / 2))) / pi()) / 2 AS y,
            CASE WHEN suspended_until IS NOT NULL OR due_at IS NULL OR stage <> ALL(open) THEN ''
                WHEN due_at < now THEN 'red' WHEN warn_at <= now THEN 'yellow' ELSE 'green'
            END AS light
        FROM found, given, amount WHERE newest OR NOT more),
    inside AS MATERIALIZED (
        SELECT placed.*,
            -1 - (floor(x * lattice)::bigint * 268435456 + floor(y * lattice)::bigint) AS cell
        FROM placed, given WHERE floor(x * tiles) = "column" AND floor(y * tiles) = line),
    few AS MATERIALIZED (
        SELECT points AND (SELECT count(*) FROM inside) <= %s AS enough FROM given)
    SELECT avg(x), avg(y), count(*),
        count(*) FILTER (WHERE light = 'red'), count(*) FILTER (WHERE light = 'yellow'),
        min(id), min(stage), min(case_class_id), min(reported_at), min(light),
        bool_or(newest AND more)
    FROM inside, few, amount
    GROUP BY CASE WHEN enough THEN id ELSE cell END
    UNION ALL
    SELECT NULL, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, more
    FROM amount, given WHERE more AND NOT newest"""


def _values(rows: QuerySet[Case]) -> QuerySet[Case, Any]:
    return rows.annotate(
        lon=Func(F("place"), function="ST_X", output_field=FloatField()),
        lat=Func(F("place"), function="ST_Y", output_field=FloatField()),
    ).values_list(*_COLUMNS)


def _spots(
    rows: paging.Text, z: int, x: int, y: int, now: datetime, *, newest: bool = False
) -> list[Spot] | None:
    """A spot per case or lattice cell; None where there are too many and not only the newest."""
    lattice = 2**z * (8 if z < POINTS_FROM else 16)  # cells of 64 or 32 pixels
    most = MOST_COUNTED if newest else MOST_COUNTED + 1
    given = [2**z, x, y, lattice, z >= POINTS_FROM, newest, now, [stage.value for stage in OPEN]]
    with connection.cursor() as cursor:
        cursor.execute(
            _SPOTS.format(rows=rows.sql),
            [*given, *rows.parameters, most, most, MOST_POINTS],
        )
        found = cursor.fetchall()
    if found and found[-1][0] is None:
        return None
    return [Spot(*row) for row in found]


# -- where a tile is ------------------------------------------------------------------------------
def _degrees(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, south, east, north of a tile in degrees."""

    def lat(row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**z))))

    return x / 2**z * 360 - 180, lat(y + 1), (x + 1) / 2**z * 360 - 180, lat(y)


def _fractions(lon: float, lat: float) -> tuple[float, float]:
    """Where a point lies in the Web Mercator world, from the north-west: 0 … 1 each way."""
    up = math.log(math.tan(math.radians(45 + lat / 2)))
    return (lon + 180) / 360, (1 - up / math.pi) / 2
