"""What leaders read: the overview, the wall, and the cases behind a number."""

from linli.cockpit.queries.overview import LABELS, PERIODS, Line, Link, Overview, overview_for

__all__ = ["LABELS", "PERIODS", "Line", "Link", "Overview", "overview_for"]
