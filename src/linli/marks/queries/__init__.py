"""Marks as a person may see them: a list, one, a few, as tiles."""

from linli.marks.queries.lists import mark_for, marks_by_ids, marks_for
from linli.marks.queries.tiles import mark_tile

__all__ = ["mark_for", "mark_tile", "marks_by_ids", "marks_for"]
