"""Reading the territory: the tree, where a point lies, addresses, maps, tiles.

The rooms: `tree` (divisions and scopes), `places` (locate), `addresses` (geocode), `maps`
(outlines for a map), `topology` (the report), `tiles` (vector tiles).
"""

from linli.territory.queries.addresses import AddressHit, geocode
from linli.territory.queries.maps import bounds_of, grids_for_map, regions_for_map
from linli.territory.queries.places import (
    Location,
    Locations,
    listen,
    locate,
    locate_many,
    locate_on,
)
from linli.territory.queries.topology import TopologyReport, topology_report
from linli.territory.queries.tree import RegionFacts, RegionScope, Tree, scope_of, tree
from linli.territory.queries.versions import versions

__all__ = [
    "AddressHit",
    "Location",
    "Locations",
    "RegionFacts",
    "RegionScope",
    "TopologyReport",
    "Tree",
    "bounds_of",
    "geocode",
    "grids_for_map",
    "listen",
    "locate",
    "locate_many",
    "locate_on",
    "regions_for_map",
    "scope_of",
    "topology_report",
    "tree",
    "versions",
]
