"""Every write of the territory: imports, and changes of one boundary."""

from linli.territory.rules.sheets import Row, read_rows
from linli.territory.services.basemap import (
    import_addresses,
    import_buildings,
    import_place_names,
    import_roads,
    import_surfaces,
)
from linli.territory.services.boundaries import import_cells, import_grids, import_regions
from linli.territory.services.changes import (
    change_outline,
    edit_grid,
    end_grid,
    end_region,
    move_cell,
    rename,
)
from linli.territory.services.loading import ImportReport, Rejected

__all__ = [
    "ImportReport",
    "Rejected",
    "Row",
    "change_outline",
    "edit_grid",
    "end_grid",
    "end_region",
    "import_addresses",
    "import_buildings",
    "import_cells",
    "import_grids",
    "import_place_names",
    "import_regions",
    "import_roads",
    "import_surfaces",
    "move_cell",
    "read_rows",
    "rename",
]
