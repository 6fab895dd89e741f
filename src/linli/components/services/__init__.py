"""Every write of the register of components: imports and exports, states, inspections."""

from linli.components.services.changing import fault_gone, fault_reported, inspect
from linli.components.services.exporting import write_register
from linli.components.services.importing import (
    ImportRefused,
    apply_import,
    begin_import,
    drop_import,
    first_faults,
    proposed_mapping,
    read_import,
    write_faults,
)
from linli.components.services.reading import KINDS, open_file
from linli.components.services.tallying import fold_tallies

__all__ = [
    "KINDS",
    "ImportRefused",
    "apply_import",
    "begin_import",
    "drop_import",
    "fault_gone",
    "fault_reported",
    "first_faults",
    "fold_tallies",
    "inspect",
    "open_file",
    "proposed_mapping",
    "read_import",
    "write_faults",
    "write_register",
]
