"""Changing the territory as somebody: may they, remembered with who, when and what.

The territory lies below staff and knows no people; these verbs add the person.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

import pghistory
import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.audit.services import record
from linli.console.rules.areas import TERRITORY
from linli.kernel.errors import BadInput
from linli.kernel.text import clean
from linli.planning.queries import population_of, scheme_in_force
from linli.planning.services import count_people
from linli.staff import policy
from linli.staff.models import User
from linli.territory import services
from linli.territory.models import CellVersion, Grid, Region
from linli.territory.rules.coordinates import CRS

Kind = Literal["region", "grid"]


@contextmanager
def acting(actor: User, verb: str) -> Iterator[None]:
    """One change of the territory by `actor`, in one transaction. Raises NotYours."""
    policy.require(actor, TERRITORY)
    with pghistory.context(verb=f"territory.{verb}", actor=actor.pk), transaction.atomic():
        yield


def rename_region(*, actor: User, region: Region, name: str, name_en: str, now: datetime) -> None:
    """Another name for the same ground. Raises NotYours, BadInput."""
    with acting(actor, "rename"):
        services.rename(kind="region", target_id=region.pk, name=name, name_en=name_en)
        remember(actor, "territory.renamed", "region", region.pk, now)


def edit_grid(
    *,
    actor: User,
    grid: Grid,
    name: str,
    kind: str,
    households: int | None,
    now: datetime,
    reason: str = "",
    people: int | None = None,
    counted_on: date | None = None,
    source: str = "",
) -> None:
    """Another name, kind or size, or a new count of its residents. A size outside the band of its
    kind needs a reason (R30, R31). Raises NotYours, BadInput.
    """
    reason = clean(reason, field="reason", most=300)
    scheme, on = scheme_in_force(), counted_on or timezone.localdate(now)
    known = population_of([grid.pk], on=on).get(grid.pk)
    counted = people is not None and (known is None or (known.people, known.on) != (people, on))
    if counted and scheme.out_of_people(kind, people) and not reason:
        band = scheme.residents
        assert band is not None  # it was left
        raise BadInput(
            _(
                "A grid has %(least)d to %(most)d residents. Correct the number, or say why this "
                "one differs."
            )
            % asdict(band),
            field="reason",
        )
    if scheme.out_of_band(kind, households) and households != grid.households and not reason:
        raise BadInput(
            _(
                "A grid of this kind has %(least)d to %(most)d households. Change the number, or "
                "say why this one differs."
            )
            % asdict(scheme.band_of(kind)),
            field="reason",
        )
    with acting(actor, "edit_grid"):
        services.edit_grid(grid_id=grid.pk, name=name, kind=kind, households=households)
        if counted and people is not None:
            count_people(actor=actor, grid=grid, on=on, people=people, now=now, source=source)
        remember(actor, "territory.renamed", "grid", grid.pk, now, purpose=reason)


def change_cell(
    *,
    actor: User,
    cell: CellVersion,
    grade: str,
    grid: Grid,
    from_date: date,
    now: datetime,
    reason: str = "",
) -> None:
    """Another grade or grid from a day on; cases of before keep theirs.

    Raises NotYours, BadInput, NotFound, Stale, Refused.
    """
    reason = clean(reason, field="reason", most=300)
    changed = {}
    if grade != cell.grade:
        changed["grade"] = [cell.grade, grade]
    if grid.pk != cell.grid_id:
        changed["grid"] = [cell.grid.code if cell.grid else "", grid.code]
    if not changed:
        return
    with acting(actor, "change_cell"):
        services.move_cell(
            cell_id=cell.cell_id,
            from_date=from_date,
            grade=grade if "grade" in changed else None,
            grid_id=grid.pk if "grid" in changed else None,
        )
        remember(
            actor, "territory.cell_changed", "cell", cell.cell_id, now, purpose=reason, **changed
        )


def end_region(*, actor: User, region: Region, on: date, now: datetime) -> None:
    """The region ends on a day. Raises NotYours, Stale, Refused."""
    with acting(actor, "end_region"):
        services.end_region(region_id=region.pk, on=on)
        remember(actor, "territory.ended", "region", region.pk, now, valid_to=[None, str(on)])


def end_grid(
    *, actor: User, grid: Grid, on: date, now: datetime, successor: Grid | None = None
) -> None:
    """The grid ends on a day; its cells go to `successor`. Raises NotYours, Stale, Refused."""
    with acting(actor, "end_grid"):
        services.end_grid(
            grid_id=grid.pk, on=on, successor_id=successor.pk if successor is not None else None
        )
        remember(actor, "territory.ended", "grid", grid.pk, now, valid_to=[None, str(on)])


def change_outline(
    *,
    actor: User,
    kind: Kind,
    target_id: int,
    outline: shapely.Geometry,
    from_date: date,
    crs: CRS,
    now: datetime,
) -> None:
    """A new outline from a day on; the past keeps the old one. Raises NotYours, BadInput, Stale."""
    with acting(actor, "change_outline"):
        services.change_outline(
            kind=kind, target_id=target_id, outline=outline, from_date=from_date, crs=crs
        )
        remember(actor, "territory.redrawn", kind, target_id, now, from_date=[None, str(from_date)])


def remember(
    actor: User,
    action: str,
    kind: str,
    target_id: int,
    now: datetime,
    purpose: str = "",
    **changed: Any,
) -> None:
    """Write a change of the territory into the log: each value as [before, after]."""
    record(
        actor=actor,
        action=action,
        object_type=kind,
        object_id=target_id,
        now=now,
        purpose=purpose,
        detail={"changed": changed} if changed else {},
    )
