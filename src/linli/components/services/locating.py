"""Following a changed boundary: components get the community, grid and cell they lie in now.

Only communities that lie otherwise than when their components were located last are looked at
(`models.Ground`): what stood in them, and what stands where they reach now. Each is a transaction
of its own that also notes its new outline, so that a run which was cut off goes on where it was.

A component that is located anew has no event and keeps its version: it did not move, the boundary
did. Boundaries keep their own history, and `territory.locate_on` says where its place lay on any
day. Where no community covers it any more, it keeps its last one (so that whoever saw it still
does), and has no grid and no cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from linli.components.models import Component, Ground, GroundState, Import, Tally
from linli.components.rules.quads import ranges_of_box
from linli.components.rules.tallies import LEVELS
from linli.components.services.alone import LOCATING, alone
from linli.components.services.staging import table_of
from linli.kernel import progress
from linli.kernel.jobs import later
from linli.territory import queries as territory

AT_ONCE = 20_000  # components read and located together
NOWHERE = "-"  # the fingerprint of a community that lies nowhere any more
#: Communities as they lie on a day: a fingerprint of all that `locate` answers from, and how far
#: it reaches. One statement over cells, responsibility grids and outlines of communities.
_PRESENT = """
    WITH areas AS (
        SELECT c.community_id, 'c' || c.code || coalesce(v.grid_id, 0) AS name, v.outline
        FROM territory_cellversion AS v JOIN territory_cell AS c ON c.id = v.cell_id
        WHERE v.during @> %(day)s::date
        UNION ALL
        SELECT g.community_id, 'g' || g.code, v.outline
        FROM territory_gridversion AS v JOIN territory_grid AS g ON g.id = v.grid_id
        WHERE v.during @> %(day)s::date AND g.layer = 'responsibility'
        UNION ALL
        SELECT r.id, 'r' || r.code, v.outline
        FROM territory_regionversion AS v JOIN territory_region AS r ON r.id = v.region_id
        WHERE v.during @> %(day)s::date AND r.tier = 'community' AND v.outline IS NOT NULL)
    SELECT community_id,
        md5(string_agg(name || md5(ST_AsBinary(outline)), ',' ORDER BY name COLLATE "C")),
        min(ST_XMin(outline)), min(ST_YMin(outline)), max(ST_XMax(outline)), max(ST_YMax(outline))
    FROM areas GROUP BY community_id ORDER BY community_id"""


class Extent(NamedTuple):
    """Degrees."""

    west: float
    south: float
    east: float
    north: float


class Change(NamedTuple):
    """A community that lies otherwise now than `before`."""

    community_id: int
    fingerprint: str
    extent: Extent | None
    before: Extent | None


def locate_anew(*, today: date | None = None) -> int:
    """Bring every component to the boundaries of today; returns how many lie elsewhere now.

    Two queries where nothing has changed; else one look at every boundary, and what the changed
    communities hold. Safe to run twice and beside imports; one at a time.
    """
    day = today or timezone.localdate()
    versions = territory.versions().boundaries
    state = GroundState.objects.filter(pk=1).first()
    present = state is not None and (state.boundaries, state.day) == (versions, day)
    if present and not Ground.objects.filter(fingerprint="").exists():
        return 0
    with alone(LOCATING) as held:
        if not held:
            return 0
        count = sum(_follow(change) for change in progress.counted(_changes(day)))
        GroundState.objects.update_or_create(pk=1, defaults={"boundaries": versions, "day": day})
    return count


def ask_to_locate_anew(job: Import) -> None:
    """If boundaries have changed since the rows of an import were located, have their communities
    looked at again. Before its staging table goes."""
    if job.boundaries == territory.versions().boundaries:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO components_ground (community_id, fingerprint)"
            f" SELECT DISTINCT community_id, '' FROM {table_of(job)}"
            " ON CONFLICT (community_id) DO UPDATE SET fingerprint = ''"
        )
    later("components.locate_anew", timestamp=0)


# -- which communities ---------------------------------------------------------------------------
def _changes(day: date) -> list[Change]:
    """Communities that lie otherwise than their components were located by. Three queries."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT, {"day": day})
        present = {row[0]: (row[1], Extent(*row[2:])) for row in cursor.fetchall()}
    known = {one.community_id: one for one in Ground.objects.all()}
    settled = Tally.objects.filter(level=LEVELS[-1]).values_list("community_id", flat=True)
    found = []
    for community in sorted({*present, *known, *settled.distinct()}):
        fingerprint, extent = present.get(community, (NOWHERE, None))
        kept = known.get(community)
        if kept is None or kept.fingerprint != fingerprint:
            before = _extent_of(kept) if kept is not None else None
            found.append(Change(community, fingerprint, extent, before))
    return found


def _extent_of(kept: Ground) -> Extent | None:
    if kept.west is None or kept.south is None or kept.east is None or kept.north is None:
        return None
    return Extent(kept.west, kept.south, kept.east, kept.north)


# -- one community -------------------------------------------------------------------------------
@transaction.atomic
def _follow(change: Change) -> int:
    """Locate what stood in a community and what stands where it reached or reaches."""
    count = sum(_locate(rows) for rows in _standing(change))
    extent = change.extent._asdict() if change.extent else dict.fromkeys(Extent._fields)
    Ground.objects.update_or_create(
        community_id=change.community_id,
        defaults={"fingerprint": change.fingerprint, **extent},
    )
    return count


def _standing(change: Change) -> Iterator[list[Any]]:
    """Rows (code, quad, lon, lat, community, grid, cell), some thousand at a time; by the index of
    communities and by at most four ranges of places for each extent."""
    places = [
        one
        for extent in (change.before, change.extent)
        if extent is not None
        for one in ranges_of_box(*extent)
    ]
    lanes = ["community_id = %s"] + ["quad >= %s AND quad < %s"] * len(places)
    values = [change.community_id, *(bound for one in places for bound in one)]
    columns = "code, quad, ST_X(place), ST_Y(place), community_id, grid_id, cell_id"
    after = 0
    while True:
        # UNION leaves out what several lanes find
        parts = " UNION ".join(
            f"(SELECT {columns} FROM components_component WHERE {lane} AND code > {after:d}"
            f" ORDER BY code LIMIT {AT_ONCE})"
            for lane in lanes
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT * FROM ({parts}) AS found ORDER BY code LIMIT {AT_ONCE}", values
            )
            rows = cursor.fetchall()
        if rows:
            yield rows
            after = rows[-1][0]
        if len(rows) < AT_ONCE:
            return


def _locate(rows: list[Any]) -> int:
    """Write where these components lie now, if that is elsewhere. One statement. What has moved
    meanwhile was located when it moved."""
    table = np.array([row[2:4] for row in rows], np.float64)
    where = territory.locate_many(table[:, 0], table[:, 1])
    now = zip(
        where.community_id.tolist(), where.grid_id.tolist(), where.cell_id.tolist(), strict=True
    )
    changed: list[tuple[Any, ...]] = []
    for (code, quad, _x, _y, *stored), (community, grid, cell) in zip(rows, now, strict=True):
        found = [community or stored[0], grid or None, cell or None]
        if found != stored:
            changed.append((code, quad, *found))
    if not changed:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {Component._meta.db_table} AS c
            SET community_id = n.community, grid_id = n.grid, cell_id = n.cell
            FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
                AS n (code, quad, community, grid, cell)
            WHERE c.code = n.code AND c.quad = n.quad""",
            [list(column) for column in zip(*changed, strict=True)],
        )
        return int(cursor.rowcount)
