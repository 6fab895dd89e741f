"""Buildings and the doors in them: units, floors, dwellings, as far as addresses tell (R108)."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from linli.kernel.errors import NotFound
from linli.territory.rules.rooms import Dwelling

MOST_DOORS = 5_000  # of one building


class BuildingFacts(NamedTuple):
    """A building with the doors, units and dwellings that have an address in it."""

    id: int
    name: str
    number: str
    address: str
    floors: int | None
    height_m: float | None
    addresses: int
    units: int
    dwellings: int
    outline: str  # hex WKB
    lon: float  # of a point inside
    lat: float


class Door(NamedTuple):
    """An address in a building that is no dwelling."""

    id: int
    text: str


class Listed(NamedTuple):
    """A building of an area, as a row of a list."""

    id: int
    label: str
    floors: int | None
    units: int
    dwellings: int
    lon: float
    lat: float


# What the doors of a building have in common, where they have: the address up to the unit.
_SHARED = "CASE WHEN min(a.door) = max(a.door) THEN min(a.door) ELSE '' END"
_DOORS = """LATERAL (
    SELECT id, building, unit, room, nullif(concat(street_name, number, compound, building), '')
        AS door
    FROM territory_address WHERE ST_Intersects({outline}, place)) AS a ON true"""
_UNITS = "count(DISTINCT (a.building, a.unit)) FILTER (WHERE a.unit <> '')"
_BUILDING = f"""
    SELECT b.id, b.name, b.number, coalesce(nullif(b.address, ''), {_SHARED}, ''), b.floors,
        b.height_m, count(a.id), {_UNITS}, count(nullif(a.room, '')),
        encode(ST_AsBinary(b.outline), 'hex'),
        round(ST_X(ST_PointOnSurface(b.outline))::numeric, 7)::float8,
        round(ST_Y(ST_PointOnSurface(b.outline))::numeric, 7)::float8
    FROM territory_building b LEFT JOIN {_DOORS.format(outline="b.outline")}
    WHERE b.id = ({{which}})
    GROUP BY b.id"""
_AT = """
    SELECT id FROM territory_building
    WHERE ST_Intersects(outline, ST_SetSRID(ST_MakePoint({lon}, {lat}), 4326))
    ORDER BY ST_Area(outline), id LIMIT 1"""  # the smallest over a point


def building_at(lon: float, lat: float) -> BuildingFacts | None:
    """The smallest building over a point. One query."""
    return _building(_AT.format(lon="%s", lat="%s"), [lon, lat])


def building_of(building_id: int) -> BuildingFacts:
    """One building. One query. Raises NotFound."""
    found = _building("%s", [building_id])
    if found is None:
        raise NotFound(
            _("There is no such building any more. Look for it on the map again."),
            field="building",
        )
    return found


def _building(which: str, values: list[Any]) -> BuildingFacts | None:
    with connection.cursor() as cursor:
        cursor.execute(_BUILDING.format(which=which), values)
        row = cursor.fetchone()
    return None if row is None else BuildingFacts(*row)


def doors_of(building_id: int) -> tuple[list[Dwelling], list[Door]]:
    """The dwellings and the other addresses inside a building, by id, 5,000 at most. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, a.text, a.building, a.unit, a.room
            FROM territory_building b JOIN territory_address a ON ST_Intersects(b.outline, a.place)
            WHERE b.id = %s ORDER BY a.id LIMIT %s""",
            [building_id, MOST_DOORS],
        )
        rows = cursor.fetchall()
    parts = {building for _id, _text, building, _unit, _room in rows if building}
    dwellings, doors = [], []
    for id_, text, building, unit, room in rows:
        if room:
            whole = f"{building} {unit}".strip() if len(parts) > 1 else unit
            dwellings.append(Dwelling(id_, text, whole, room))
        else:
            doors.append(Door(id_, text))
    return dwellings, doors


def buildings_at(points: list[tuple[float, float]]) -> list[int | None]:
    """The smallest building over each point, in their order. One query; none for no points."""
    if not points:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT ({_AT.format(lon="p.lon", lat="p.lat")})
            FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS p (lon, lat, nth)
            ORDER BY nth""",
            [[lon for lon, _lat in points], [lat for _lon, lat in points]],
        )
        return [row[0] for row in cursor.fetchall()]


def buildings_in(shape: str, *, after: int = 0, most: int = 50) -> list[Listed]:
    """The buildings in `shape` (hex WKB in degrees): those with dwellings first, then the largest.
    `after` rows are left out. One query, by the index on outlines."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH drawn AS (SELECT ST_SetSRID(%s::geometry, 4326) AS shape),
            here AS (
                SELECT b.id, b.name, b.number, b.address, b.floors, b.outline,
                    ST_PointOnSurface(b.outline) AS place
                FROM drawn, territory_building b
                WHERE b.outline && shape AND ST_Intersects(ST_PointOnSurface(b.outline), shape)),
            counted AS (
                SELECT here.id, {_UNITS} AS units, count(nullif(a.room, '')) AS dwellings,
                    {_SHARED} AS door
                FROM here LEFT JOIN {_DOORS.format(outline="here.outline")}
                GROUP BY here.id)
            SELECT here.id, concat_ws(' ', coalesce(nullif(name, ''), nullif(address, ''),
                nullif(door, '')), nullif(number, '')), floors, units, dwellings,
                ST_X(place), ST_Y(place)
            FROM here JOIN counted USING (id)
            ORDER BY dwellings DESC, ST_Area(outline) DESC, id LIMIT %s OFFSET %s""",
            [shape, most, after],
        )
        return [Listed(*row) for row in cursor.fetchall()]
