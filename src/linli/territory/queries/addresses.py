"""From words to a place: the platform's own addresses, buildings, roads and place names."""

from __future__ import annotations

from typing import Literal, NamedTuple

from django.db import connection

from linli.kernel.text import bigrams

LONGEST = 100  # letters looked at
_MOST = 10


class AddressHit(NamedTuple):
    """A place that answers to the words; `score` is the share of their letter pairs found in it."""

    kind: Literal["address", "building", "place", "road"]
    text: str
    lon: float
    lat: float
    score: float
    community_id: int | None


_NAMED = """(
    SELECT 'address' AS kind, text, place, bigrams, community_id, 0.03 AS lift
    FROM territory_address
    UNION ALL
    SELECT 'building', concat_ws(' ', nullif(address, ''), nullif(name, '')),
        ST_PointOnSurface(outline), bigrams, NULL, 0.02
    FROM territory_building
    UNION ALL
    SELECT 'place', name, place, bigrams, NULL, 0.01 FROM territory_placename
    UNION ALL
    SELECT 'road', name, ST_LineInterpolatePoint(ST_GeometryN(route, 1), 0.5), bigrams, NULL, 0.0
    FROM territory_road) AS named"""
# Whatever has every pair of letters; only if nothing has, whatever has some.
_SQL = f"""
    WITH whole AS (
        SELECT * FROM {_NAMED} WHERE bigrams @> %(pairs)s::text[] LIMIT 500),
    part AS (
        SELECT * FROM {_NAMED}
        WHERE NOT EXISTS (SELECT FROM whole) AND bigrams && %(pairs)s::text[] LIMIT 5000),
    scored AS (
        SELECT hit.*, cardinality(bigrams) AS own, cardinality(ARRAY(
            SELECT unnest(bigrams) INTERSECT SELECT unnest(%(pairs)s::text[]))) AS found,
            coalesce(ST_DistanceSphere(place, %(near)s::geometry), 0) AS metres
        FROM (TABLE whole UNION ALL TABLE part) AS hit),
    ranked AS (
        SELECT kind, text, place, community_id, found::float / %(wanted)s AS score,
            found::float / %(wanted)s + found::float / (own + %(wanted)s) + lift
                - least(metres, 20000) / 40000 AS rank
        FROM scored),
    best AS (SELECT DISTINCT ON (kind, text) * FROM ranked ORDER BY kind, text, rank DESC)
    SELECT kind, text, ST_X(place), ST_Y(place), score, community_id
    FROM best WHERE score >= 0.5 ORDER BY rank DESC, text LIMIT %(most)s"""


def geocode(text: str, near: tuple[float, float] | None = None) -> list[AddressHit]:
    """At most ten places that answer to `text`, best first; nearer ones first if equally good.

    One query by the word index; none for text without a pair of letters.
    """
    pairs = [pair for pair in bigrams(text[:LONGEST]) if len(pair) == 2]
    if not pairs:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL,
            {
                "pairs": pairs,
                "wanted": len(pairs),
                "near": None if near is None else f"SRID=4326;POINT({near[0]} {near[1]})",
                "most": _MOST,
            },
        )
        return [AddressHit(*row) for row in cursor.fetchall()]
