"""What the map shows: tiles of the ground, and the window it opens with."""

from __future__ import annotations

from datetime import date

from linli.maps.rules.address import Address
from linli.maps.rules.style import BASE
from linli.territory.queries import tiles
from linli.territory.queries.tiles import Tile


def ground_tag(layer: str, at: Address, *, today: date) -> str:
    """The tag of a tile of the ground. One query; it changes with the territory."""
    return f"W/{tiles.etag(layer, *at, today=today)}"


def ground_tile(layer: str, at: Address, *, today: date) -> Tile:
    """A tile of one layer, or of all in `BASE` under the name “base” (tiles may be joined by
    laying them end to end: MVT 2.1, §4.1).

    Raises NotFound, BadInput. Two queries a layer.
    """
    parts = BASE if layer == "base" else (layer,)
    body = b"".join(tiles.tile(part, *at, today=today).body for part in parts)
    return Tile(body, ground_tag(layer, at, today=today))
