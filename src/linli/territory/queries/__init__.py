"""Reading the territory: the tree, where a point lies, addresses, maps, tiles.

The rooms: `tree` (divisions and scopes), `places` (locate), `addresses` (geocode), `maps`
(outlines for a map), `topology` (the report), `tiles` (vector tiles).
"""

from linli.territory.queries.places import (
    Location,
    Locations,
    listen,
    locate,
    locate_many,
    locate_on,
)
from linli.territory.queries.tree import RegionFacts, RegionScope, Tree, scope_of, tree

__all__ = [
    "Location",
    "Locations",
    "RegionFacts",
    "RegionScope",
    "Tree",
    "listen",
    "locate",
    "locate_many",
    "locate_on",
    "scope_of",
    "tree",
]
