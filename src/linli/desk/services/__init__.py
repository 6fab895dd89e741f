"""What a person arranges on their own desk, and takes away from it."""

from linli.desk.services.columns import choose_columns
from linli.desk.services.exporting import CASES, csv_pieces, record_export, workbook

__all__ = ["CASES", "choose_columns", "csv_pieces", "record_export", "workbook"]
