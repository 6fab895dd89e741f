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
from linli.territory.services.dividing import Divided, Part, assemble, draw_cells, redivide
from linli.territory.services.loading import ImportReport, Rejected
from linli.territory.services.redrawing import redraw_grids, redraw_regions
from linli.territory.services.repairs import (
    Repair,
    bring_in,
    fill_gap,
    keep_building_whole,
    part_overlap,
)

__all__ = [
    "Divided",
    "ImportReport",
    "Part",
    "Rejected",
    "Repair",
    "Row",
    "assemble",
    "bring_in",
    "change_outline",
    "draw_cells",
    "edit_grid",
    "end_grid",
    "end_region",
    "fill_gap",
    "import_addresses",
    "import_buildings",
    "import_cells",
    "import_grids",
    "import_place_names",
    "import_regions",
    "import_roads",
    "import_surfaces",
    "keep_building_whole",
    "move_cell",
    "part_overlap",
    "read_rows",
    "redivide",
    "redraw_grids",
    "redraw_regions",
    "rename",
]
