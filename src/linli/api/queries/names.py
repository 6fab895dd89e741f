"""Names of grids and units from memory, and how moments are written."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from linli.staff import queries as staff
from linli.staff.models import Unit
from linli.territory import queries as territory
from linli.territory.models import Grid

if TYPE_CHECKING:
    pass


Row = dict[str, Any]


class _Names(NamedTuple):
    """Names read so far, good as long as `of` is the present tree."""

    of: object
    rows: dict[int, Row]


_held: dict[str, _Names] = {}


def _known(what: str, of: object) -> dict[int, Row]:
    held = _held.get(what)
    if held is None or held.of is not of:
        held = _held[what] = _Names(of, {})
    return held.rows


def grids_by_id(tree: territory.Tree, ids: set[int | None]) -> dict[int, Row]:
    """Grids by id. No query for those read before: the tree is a new one when a grid changes."""
    known = _known("grids", tree)
    if missing := [one for one in ids if one is not None and one not in known]:
        for row in Grid.objects.filter(pk__in=missing).values("id", "code", "name"):
            known[row["id"]] = {"code": row["code"], "name": row["name"]}
    return known


def units_by_id(ids: set[int | None]) -> dict[int, Row]:
    """Units by id. One query for the stamp of the tree, and one for those not read before."""
    known = _known("units", staff.unit_tree())
    if missing := [one for one in ids if one is not None and one not in known]:
        for unit in Unit.objects.filter(pk__in=missing).values("id", "name"):
            known[unit["id"]] = {"id": unit["id"], "name": unit["name"]}
    return known


def iso(moment: date | datetime | None) -> str | None:
    """A day or a moment as ISO 8601."""
    return None if moment is None else moment.isoformat()
