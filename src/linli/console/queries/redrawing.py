"""What outlines would change before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from linli.planning.models import GridScheme
from linli.planning.queries import scheme_in_force, shift_of
from linli.territory.queries.redrawing import Sheet, SheetArea, cells_now
from linli.territory.rules.coverage import areas_m2
from linli.territory.rules.edits import Shapes, changed, done
from linli.territory.rules.redrawn import (
    LEAST_M2,
    AreaChange,
    Redrawn,
    cells_into,
    cells_touched,
    compare,
)
from linli.territory.rules.steps import read_steps


@dataclass(frozen=True, slots=True)
class Line:
    """One area that would change: as it is (None: new) and as it would be."""

    key: str
    area: SheetArea | None
    change: AreaChange
    households: int | None  # as it would be
    band: tuple[int, int] | None  # which it would leave (R30)

    @property
    def new(self) -> bool:
        """Whether it begins."""
        return self.area is None

    @property
    def ends(self) -> bool:
        """Whether nothing of it is left."""
        return self.change.after_m2 is None

    @property
    def moved(self) -> bool:
        """Whether ground changes hands; a new corner on the same border does not count."""
        before, after = self.change.before_m2, self.change.after_m2
        return before is None or after is None or abs(before - after) >= LEAST_M2


@dataclass(frozen=True, slots=True)
class Preview:
    """The areas after all steps (by key), what differs, and what would come of it."""

    after: Shapes
    changed: dict[str, Any]
    lines: list[Line]
    redrawn: Redrawn
    households: dict[str, int]
    cells_moved: int
    cells_cut: int
    buildings_cut: int

    @property
    def torn(self) -> bool:
        """Whether an area would lie in several pieces that lay in fewer."""
        return any(
            line.change.pieces > max(1, len(line.area.shape.geoms) if line.area else 1)
            for line in self.lines
        )

    @property
    def odd(self) -> bool:
        """Whether somebody must say why (R30, R37)."""
        bands = any(line.band for line in self.lines)
        return bands or self.torn or self.redrawn.faults or self.buildings_cut > 0


def preview_of(sheet: Sheet, text: str, *, on: date) -> Preview:
    """What the steps would do to a sheet; nothing is written. Raises BadInput.

    For grids eight queries more, for regions none.
    """
    before = sheet.shapes
    after = done(before, sheet.frame, read_steps(text), new=sheet.of_grids)
    differs = changed(before, after)
    redrawn = compare(before, after, differs, sheet.frame)
    if not (sheet.of_grids and differs):
        lines = [_line(sheet, one, {}, None) for one in redrawn.changes]
        return Preview(after, differs, lines, redrawn, {}, 0, 0, 0)
    shift = shift_of(
        sheet.region,
        on=on,
        households={key: area.households for key, area in sheet.areas.items()},
        before=before,
        after=after,
        changed=differs,
    )
    scheme = scheme_in_force()
    cells = cells_touched(cells_now(sheet, on=on), differs)
    follow = cells_into(cells, after)
    shapes = {cell.id: cell for cell in cells}
    return Preview(
        after,
        differs,
        [_line(sheet, one, shift.households, scheme) for one in redrawn.changes],
        redrawn,
        shift.households,
        sum(key != shapes[one].grid for one, (key, _shape) in follow.kept.items()),
        len({cut for _key, _shape, cut in follow.new}),
        shift.buildings_cut,
    )


class Shown(NamedTuple):
    """A row of the page: an area as it would be, and as it is where that differs."""

    key: str
    name: str
    short: bool  # the key is worth reading
    changed: bool
    new: bool
    ends: bool
    pieces: int
    m2: float | None
    before_m2: float | None
    households: int | None
    before_households: int | None
    band: tuple[int, int] | None
    swatch: int  # its colour on the map


def rows_of(sheet: Sheet, preview: Preview | None) -> list[Shown]:
    """All areas by key, as they would be after the preview. No query."""
    after = preview.after if preview is not None else sheet.shapes
    lines = {line.key: line for line in preview.lines} if preview is not None else {}
    colours = {key: nth % 10 for nth, key in enumerate(sorted(after))}
    shown = []
    for key in sorted(sheet.areas.keys() | after.keys()):
        area, line = sheet.areas.get(key), lines.get(key)
        now_m2 = float(areas_m2([area.shape])[0]) if area else None
        households = area.households if area else None
        shown.append(
            Shown(
                key=key,
                name=area.name if area else "",
                short=sheet.of_grids,
                changed=line is not None and line.moved,
                new=area is None,
                ends=line is not None and line.ends,
                pieces=line.change.pieces if line else len(area.shape.geoms) if area else 0,
                m2=line.change.after_m2 if line else now_m2,
                before_m2=now_m2,
                households=line.households if line else households,
                before_households=households,
                band=line.band if line else None,
                swatch=colours.get(key, 0),
            )
        )
    return shown


def _line(
    sheet: Sheet, change: AreaChange, households: dict[str, int], scheme: GridScheme | None
) -> Line:
    area = sheet.areas.get(change.key)
    count = households.get(change.key)
    kind = area.kind if area else ""
    band = None
    if scheme is not None and change.after_m2 is not None and scheme.out_of_band(kind, count):
        held = scheme.band_of(kind)
        band = (held.least, held.most)
    return Line(change.key, area, change, count, band)
