"""Every write of the register of components: imports and exports, states, inspections."""

from linli.components.services.agreeing import ImportRefused, Terms, known_mapping
from linli.components.services.changing import fault_gone, fault_reported, inspect
from linli.components.services.comparing import samples
from linli.components.services.exporting import (
    EXPORT,
    TYPES,
    everything,
    export_for,
    file_name,
    record_export,
    write_csv,
    write_register,
)
from linli.components.services.importing import (
    apply_import,
    begin_import,
    drop_import,
    first_faults,
    proposed_mapping,
    read_import,
    write_faults,
)
from linli.components.services.locating import locate_anew
from linli.components.services.reading import KINDS, open_file
from linli.components.services.tallying import fold_tallies
from linli.components.services.uploading import (
    agree_on,
    drop_old_uploads,
    first_rows,
    go_on,
    take_upload,
    terms_of,
    try_terms,
)

__all__ = [
    "EXPORT",
    "KINDS",
    "TYPES",
    "ImportRefused",
    "Terms",
    "agree_on",
    "apply_import",
    "begin_import",
    "drop_import",
    "drop_old_uploads",
    "everything",
    "export_for",
    "fault_gone",
    "fault_reported",
    "file_name",
    "first_faults",
    "first_rows",
    "fold_tallies",
    "go_on",
    "inspect",
    "known_mapping",
    "locate_anew",
    "open_file",
    "proposed_mapping",
    "read_import",
    "record_export",
    "samples",
    "take_upload",
    "terms_of",
    "try_terms",
    "write_csv",
    "write_faults",
    "write_register",
]
