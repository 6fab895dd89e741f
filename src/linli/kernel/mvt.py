"""Vector tiles of points that are known already: PostGIS only encodes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

EXTENT = 4096  # units of a tile each way

_ENCODE = """
    SELECT ST_AsMVT(f, %s, %s, 'shape') FROM (
        SELECT ST_MakePoint((e ->> 0)::int, (e ->> 1)::int) AS shape, e -> 2 AS facts
        FROM jsonb_array_elements(%s::jsonb) AS e) AS f"""


def encoded(
    layer: str, features: Iterable[tuple[float, float, dict[str, Any]]], z: int, x: int, y: int
) -> bytes:
    """The features as a tile of one layer. One query, none for nothing.

    A feature is where it lies in the Web Mercator world (0 … 1 each way, from the north-west) and
    its facts.
    """
    rows = [
        [int((at_x * 2**z - x) * EXTENT), int((at_y * 2**z - y) * EXTENT), facts]
        for at_x, at_y, facts in features
    ]
    if not rows:
        return b""
    with connection.cursor() as cursor:
        cursor.execute(_ENCODE, [layer, EXTENT, json.dumps(rows)])
        return bytes(cursor.fetchone()[0])
