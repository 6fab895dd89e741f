"""Every write of the catalogue: one verb, one transaction, remembered with who did it.

`actor` is the person, or None for the program itself (first start, command line).
"""

from linli.catalogue.services.classes import (
    retire_class,
    retire_condition,
    save_class,
    save_condition,
    save_edition,
)
from linli.catalogue.services.limits import retire_stage_limit, save_stage_limit
from linli.catalogue.services.responsibility import assign_unit, end_responsibility
from linli.catalogue.services.seeding import seed_catalogue, seed_year
from linli.catalogue.services.sheets import (
    BadRow,
    SheetReport,
    error_file,
    export_sheet,
    import_sheet,
    preview_sheet,
)
from linli.catalogue.services.working_time import (
    remove_day,
    remove_hours,
    save_day,
    save_hours,
)

__all__ = [
    "BadRow",
    "SheetReport",
    "assign_unit",
    "end_responsibility",
    "error_file",
    "export_sheet",
    "import_sheet",
    "preview_sheet",
    "remove_day",
    "remove_hours",
    "retire_class",
    "retire_condition",
    "retire_stage_limit",
    "save_class",
    "save_condition",
    "save_day",
    "save_edition",
    "save_hours",
    "save_stage_limit",
    "seed_catalogue",
    "seed_year",
]
