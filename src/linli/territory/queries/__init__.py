"""Reading the territory: the tree, where a point lies, addresses, maps, tiles.

The rooms: `tree` (divisions and scopes), `places` (locate), `addresses` (geocode), `maps`
(outlines for a map), `grids` (found by name, drawn), `topology` (the report), `tiles` (vector
tiles).
"""

from linli.territory.queries.addresses import AddressHit, geocode
from linli.territory.queries.grids import (
    Sketch,
    grid_by_code,
    grids_by_words,
    grids_named,
    present_grids,
    sketch_of_grid,
)
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
from linli.territory.queries.tree import (
    RegionFacts,
    RegionScope,
    Tree,
    parents_on,
    scope_of,
    tree,
)
from linli.territory.queries.versions import versions

__all__ = [
    "AddressHit",
    "Location",
    "Locations",
    "RegionFacts",
    "RegionScope",
    "Sketch",
    "TopologyReport",
    "Tree",
    "bounds_of",
    "geocode",
    "grid_by_code",
    "grids_by_words",
    "grids_for_map",
    "grids_named",
    "listen",
    "locate",
    "locate_many",
    "locate_on",
    "parents_on",
    "present_grids",
    "regions_for_map",
    "scope_of",
    "sketch_of_grid",
    "topology_report",
    "tree",
    "versions",
]
