"""Every row of an inventory, checked and located, some thousand at a time.

What costs is done for whole columns: coordinates and `locate` in numpy, distinct words once. A row
that fails gives one sentence with its number, field and remedy; the others go to the staging table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Kind
from linli.components.rules import values
from linli.components.rules.codes import CLASS_MARK, DIGITS, code_faults
from linli.components.rules.columns import GEOMETRY
from linli.components.rules.quads import quads_of
from linli.components.rules.systems import degrees_of
from linli.components.rules.values import Value
from linli.components.services.caring import Carers
from linli.components.services.lines import escaped
from linli.components.services.reading import Batch
from linli.kernel.errors import BadInput
from linli.territory import queries as territory
from linli.territory.rules.coordinates import CHINA

MANY = 300  # corners: a component's own shape has no more
_SHAPES = {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"}


class Fault(NamedTuple):
    """A row left out."""

    row: int
    key: str
    field: str
    reason: str


@dataclass
class Checker:
    """What the rows of one import are checked against."""

    mapping: Mapping[str, str]
    system: str
    today: date
    class_code: str = ""
    classes: frozenset[str] = frozenset()
    class_names: dict[str, str] = field(default_factory=dict)
    carers: Carers = field(default_factory=Carers)
    without_cell: int = 0

    @classmethod
    def made(cls, mapping: Mapping[str, str], system: str, class_code: str, today: date) -> Checker:
        """With the catalogue of now. Raises BadInput if `class_code` is no class of components."""
        kinds = [one for one in catalogue.classes() if one.kind == Kind.COMPONENT]
        codes = frozenset(one.code for one in kinds)
        names = {one.name: one.code for one in kinds} | {one.code: one.code for one in kinds}
        names |= {one.code.removeprefix(CLASS_MARK): one.code for one in kinds}
        names |= {one.name_en.casefold(): one.code for one in kinds if one.name_en}
        if class_code and class_code not in codes:
            raise BadInput(
                _("class: %(code)s is no class of components in the catalogue.")
                % {"code": class_code[:20]},
                field="class",
            )
        return cls(mapping, system, today, class_code, codes, names)

    def check(self, batch: Batch) -> tuple[list[str], list[Fault]]:
        """The good rows as lines for COPY (services.staging.COLUMNS), and the faults of others."""
        return _Round(self, batch).result()


class _Round:
    """One batch on its way through the checks. `faults` is by place in the batch; the first one of
    a row stays."""

    def __init__(self, checker: Checker, batch: Batch) -> None:
        self.checker, self.batch = checker, batch
        self.count = len(batch.numbers)
        self.faults: dict[int, tuple[str, str]] = {
            at: ("geometry" if batch.shapes else "row", why) for at, why in batch.faults.items()
        }
        self.shapes: dict[int, str] = {}

    def cells(self, name: str) -> list[str] | None:
        """The column of a field; None if the file has none."""
        heading = self.checker.mapping.get(name)
        return self.batch.columns.get(heading) if heading else None

    def fault(self, at: int, field: str, reason: str) -> None:
        self.faults.setdefault(at, (field, reason))

    def values(self, name: str, parse: Callable[[str], Value]) -> list[Any]:
        """The parsed values of a field, None where it says nothing."""
        given = self.cells(name)
        if given is None:
            return [None] * self.count
        found = values.parsed(given, parse)
        for at, value in enumerate(found):
            if value.fault:
                self.fault(at, name, value.fault)
        return [value.held for value in found]

    # -- the whole --------------------------------------------------------------------------------
    def result(self) -> tuple[list[str], list[Fault]]:
        lons, lats = self._places()
        where = territory.locate_many(lons, lats)
        self._refuse_elsewhere(lons, lats, where)
        districts = self._districts(where)
        codes, kinds, keys = self._codes(districts)
        today = self.checker.today
        there = np.nan_to_num(lons), np.nan_to_num(lats)
        columns: list[list[str]] = [
            list(map(str, self.batch.numbers)),
            codes,
            keys,
            list(map(str, districts)),
            kinds,
            list(map(str, quads_of(*there).tolist())),
            _points(*there),
            list(map(str, where.community_id.tolist())),
            [str(one) if one else r"\N" for one in where.grid_id.tolist()],
            [str(one) if one else r"\N" for one in where.cell_id.tolist()],
            self._cares(districts),
            _plain(self.values("state", values.state_of)),
            _plain(self.values("condition", values.condition_of)),
            _plain(self.values("installed_on", lambda text: values.date_of(text, today=today))),
            _plain(self.values("changed_on", lambda text: values.date_of(text, today=today))),
            self._words("address"),
            self._words("name"),
            self._words("note"),
            [self.shapes.get(at, r"\N") for at in range(self.count)],
        ]
        lines = list(map("\t".join, zip(*columns, strict=True)))
        if self.faults:
            lines = [line for at, line in enumerate(lines) if at not in self.faults]
            good = np.ones(self.count, bool)
            good[list(self.faults)] = False
            bare = int(np.count_nonzero((where.cell_id == 0) & good))
        else:
            bare = int(np.count_nonzero(where.cell_id == 0))
        self.checker.without_cell += bare
        return lines, self._told()

    def _told(self) -> list[Fault]:
        """The faults, each with what people find the row by."""
        named = self.cells("code") or self.cells("key")
        first = self.batch.numbers.start
        return [
            Fault(first + at, "" if named is None else _shown(named[at])[:60], field, reason[:500])
            for at, (field, reason) in sorted(self.faults.items())
        ]

    # -- where ------------------------------------------------------------------------------------
    def _places(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        mapping = self.checker.mapping
        if "geometry" in mapping:
            x, y = self._from_shapes(spare={"x", "y"} <= mapping.keys())
        else:
            x, y = self._from_numbers()
        lons, lats = degrees_of(self.checker.system, x, y)
        west, south, east, north = CHINA
        with np.errstate(invalid="ignore"):
            inside = (lons >= west) & (lons <= east) & (lats >= south) & (lats <= north)
        for at in np.flatnonzero(~inside).tolist():
            self.fault(
                at,
                "place",
                _("The coordinates lie outside China: check their order, unit and system."),
            )
        return np.where(inside, lons, np.nan), np.where(inside, lats, np.nan)

    def _from_numbers(self, rows: Any = slice(None)) -> tuple[Any, Any]:
        """The coordinates of all rows, or of some."""
        x, y = (np.array(values.floats_of(self.cells(one) or []), np.float64)[rows] for one in "xy")
        places = np.arange(self.count)[rows]
        for at in places[~(np.isfinite(x) & np.isfinite(y))].tolist():
            self.fault(at, "place", _("The coordinates are missing or are no numbers."))
        return x, y

    def _from_shapes(self, *, spare: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """`spare`: rows without a geometry have coordinates."""
        if self.checker.mapping["geometry"] == GEOMETRY:
            given = np.array(self.batch.shapes or [None] * self.count, dtype=object)
            shapes = shapely.from_wkb(given, on_invalid="ignore")
        else:
            given = np.array([one or None for one in self.cells("geometry") or []], dtype=object)
            shapes = shapely.force_2d(shapely.from_wkt(given, on_invalid="ignore"))
        kinds = shapely.get_type_id(shapes)
        x, y = shapely.get_x(shapes), shapely.get_y(shapes)
        bare = np.array([one is None for one in given], bool) & spare
        if bare.any():
            x[bare], y[bare] = self._from_numbers(bare)
        for at in np.flatnonzero((kinds != 0) & ~bare).tolist():
            x[at], y[at] = self._representative(at, shapes[at])
        for at in np.flatnonzero((kinds == 0) & ~np.isfinite(x)).tolist():
            self.fault(at, "geometry", _("The point is empty."))
        return x, y

    def _representative(self, at: int, shape: Any) -> tuple[float, float]:
        """A point of a line or an area, whose own shape is kept; nan with a fault otherwise."""
        nowhere = (float("nan"), float("nan"))
        if shape is None or shape.is_empty:
            self.fault(at, "geometry", _("The geometry is missing or cannot be read."))
            return nowhere
        if shape.geom_type not in _SHAPES:
            self.fault(at, "geometry", _("A component is a point, a line or an area."))
            return nowhere
        if not shape.is_valid:
            why = shapely.is_valid_reason(shape)
            self.fault(
                at,
                "geometry",
                _("The geometry is not valid (%(why)s): repair it first.") % {"why": why},
            )
            return nowhere
        if shapely.get_num_coordinates(shape) > MANY:
            self.fault(at, "geometry", _("The shape has more than %(most)d corners: simplify it.")
                       % {"most": MANY})  # fmt: skip
            return nowhere
        lines = "Line" in shape.geom_type
        middle = shape.interpolate(0.5, normalized=True) if lines else shape.point_on_surface()

        def convert(points: Any) -> Any:
            return np.column_stack(degrees_of(self.checker.system, points[:, 0], points[:, 1]))

        there = shapely.set_srid(shapely.transform(shape, convert), 4326)
        if np.isfinite(shapely.get_coordinates(there)).all():
            self.shapes[at] = shapely.to_wkb(there, hex=True, include_srid=True)
        return middle.x, middle.y

    def _refuse_elsewhere(
        self, lons: NDArray[Any], lats: NDArray[Any], where: territory.Locations
    ) -> None:
        for at in np.flatnonzero(np.isfinite(lons) & (where.community_id == 0)).tolist():
            self.fault(
                at,
                "place",
                _("The point %(lon).6f, %(lat).6f lies in no community of this city.")
                % {"lon": lons[at], "lat": lats[at]},
            )

    def _districts(self, where: territory.Locations) -> list[int]:
        """The six digits of each row's district, 0 where there is none."""
        tree = territory.tree()
        ids = where.district_id.tolist()
        communities = where.community_id.tolist()
        known: dict[tuple[int, int], int] = {}
        for pair in set(zip(ids, communities, strict=True)):
            region = pair[0] or pair[1]  # a city without districts numbers by its communities
            known[pair] = int(tree.region(region).code[:6]) if region else 0
        return [known[pair] for pair in zip(ids, communities, strict=True)]

    # -- what -------------------------------------------------------------------------------------
    def _codes(self, districts: list[int]) -> tuple[list[str], list[str], list[str]]:
        """Codes, the four digits of the class, the inventory's own keys: as COPY takes them."""
        given = self.cells("code")
        keys = self._words("key")
        if given is None:
            return [r"\N"] * self.count, self._kinds(keys), keys
        codes = [text if len(text) == DIGITS else "".join(text.split()) for text in given]
        classes = self.checker.classes
        for at, (text, district) in enumerate(zip(codes, districts, strict=True)):
            if at in self.faults:
                continue
            sound = (
                len(text) == DIGITS
                and text.isascii()
                and text.isdigit()
                and (CLASS_MARK + text[6:10]) in classes
                and text[10:] != "000000"
                and int(text[:6]) == district
            )
            if not sound:
                wanted = f"{district:06d}" if district else None
                faults = code_faults(text, district=wanted, classes=classes)
                self.fault(at, "code", " ".join(faults) if text else _("The code is missing."))
        return codes, [text[6:10] for text in codes], keys

    def _kinds(self, keys: list[str]) -> list[str]:
        """For files without codes: the class of each row, and a key it must have."""
        for at, key in enumerate(keys):
            if key == r"\N":
                self.fault(
                    at, "key", _("The row has no number of its own: it cannot be known again.")
                )
        only = self.checker.class_code.removeprefix(CLASS_MARK)
        if only:
            return [only] * self.count
        return [one or "0" for one in self.values("class", self._class)]

    def _class(self, text: str) -> Value:
        plain = text.strip()
        found = self.checker.class_names.get(plain) or self.checker.class_names.get(
            plain.casefold()
        )
        if found is None:
            return Value(
                fault=_("“%(text)s” is no class of components in the catalogue.")
                % {"text": plain[:30]}
            )
        return Value(found.removeprefix(CLASS_MARK))

    def _cares(self, districts: list[int]) -> list[str]:
        names = [self.cells(one) for one in ("owner", "responsible", "maintainer")]
        if not any(names):
            return [r"\N"] * self.count
        empty = [""] * self.count
        triples = zip(*(one or empty for one in names), districts, strict=True)
        carers = self.checker.carers
        found: dict[tuple[str, str, str, int], int | str] = {}
        ids: list[str] = []
        for at, triple in enumerate(triples):
            care = found.get(triple)
            if care is None:
                care = found[triple] = carers.care_for(triple)
            if isinstance(care, str):
                self.fault(at, "owner", care)
                ids.append(r"\N")
            else:
                ids.append(str(care) if care else r"\N")
        return ids

    def _words(self, name: str) -> list[str]:
        """Free words as COPY takes them; a column in which nothing is odd costs one look."""
        cells = self.cells(name)
        if cells is not None and values.plain(cells, values.MOST[name]):
            return [one.strip() or r"\N" for one in cells]
        given = self.values(name, lambda text: values.words_of(text, name))
        return [r"\N" if one is None else escaped(one) for one in given]


def _plain(given: list[Any]) -> list[str]:
    return [r"\N" if one is None else str(one) for one in given]


def _shown(text: str) -> str:
    return re.sub(r"[^\w.:/ -]", "?", text.strip())


_POINT = np.dtype(
    [("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("lon", "<f8"), ("lat", "<f8")]
)


def _points(lons: NDArray[Any], lats: NDArray[Any]) -> list[str]:
    """Hexadecimal EWKB, written as it stands: cheaper than to make a geometry of every row."""
    points = np.empty(len(lons), _POINT)
    points["order"], points["kind"], points["srid"] = 1, 0x20000001, 4326
    points["lon"], points["lat"] = lons, lats
    text, width = points.tobytes().hex().upper(), 2 * _POINT.itemsize
    return [text[at : at + width] for at in range(0, len(text), width)]
