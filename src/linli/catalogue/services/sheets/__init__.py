"""The catalogue as a spreadsheet, in the form the field uses (standards 3.4)."""

from linli.catalogue.services.sheets.exporting import error_file, export_sheet
from linli.catalogue.services.sheets.importing import SheetReport, import_sheet, preview_sheet
from linli.catalogue.services.sheets.rows import BadRow

__all__ = [
    "BadRow",
    "SheetReport",
    "error_file",
    "export_sheet",
    "import_sheet",
    "preview_sheet",
]
