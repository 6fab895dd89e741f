"""Who cares for components: names in inventories become units, where there are such units."""

from __future__ import annotations

from collections import defaultdict

from django.db import connection

from linli.components.models import Care
from linli.components.rules.values import words_of
from linli.staff.models import Unit
from linli.staff.policy import unit_tree
from linli.territory import queries as territory

Triple = tuple[str, str, str, int]  # owner, responsible, maintainer, the district's six digits
_ROLES = ("owner", "responsible", "maintainer")


class Carers:
    """Finds the row of `Care` for three names, and makes it where it is missing.

    A code is its unit. A name (also a short name) is the active unit that bears it; of several the
    one of the district, else of the regions above it. A name nobody bears is kept as a name, never
    invented.
    """

    def __init__(self) -> None:
        self._units: dict[str, list[tuple[int, str]]] | None = None
        self._codes: dict[str, int] = {}
        self._cares: dict[Triple, int] = {}
        self.unlinked: dict[str, int] = defaultdict(int)

    def care_for(self, triple: Triple) -> int | str:
        """The id of the row; 0 where all three names are empty; a sentence where one is no name."""
        if triple not in self._cares:
            found = [words_of(n, r) for r, n in zip(_ROLES, triple[:3], strict=True)]
            fault = next((one.fault for one in found if one.fault), "")
            if fault:
                return fault
            names = [one.held or "" for one in found]
            self._cares[triple] = self._row(names, triple[3]) if any(names) else 0
        return self._cares[triple]

    def _row(self, names: list[str], district: int) -> int:
        units = [self._unit(name, f"{district:06d}") for name in names]
        kept = ["" if unit else name for unit, name in zip(units, names, strict=True)]
        for name in filter(None, kept):
            self.unlinked[name] += 1
        return care_id(units, kept)

    def _unit(self, name: str, district: str) -> int | None:
        """The unit of that name in the district, its city or its province, or of no region."""
        if self._units is None:
            self._units = _units_by_name()
            self._codes = dict(Unit.objects.exclude(code="").values_list("code", "id"))
        if name in self._codes:
            return self._codes[name]
        bearers = self._units.get(name, [])
        for prefix in (district, district[:4] + "00", district[:2] + "0000"):
            here = {unit for unit, region in bearers if region[:6] == prefix}
            if len(here) == 1:
                return here.pop()
            if here:
                return None
        others = {unit for unit, region in bearers if not region}
        return others.pop() if len(others) == 1 else None


def care_id(units: list[int | None], names: list[str]) -> int:
    """The row of `Care` with these units and names, made if need be. Two queries at most."""
    values = dict(zip((f"{role}_id" for role in _ROLES), units, strict=True))
    values |= dict(zip((f"{role}_name" for role in _ROLES), names, strict=True))  # type: ignore[arg-type]  # both kinds
    found = Care.objects.filter(**values).values_list("pk", flat=True).first()
    if found is not None:
        return found
    columns = ", ".join(values)
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO components_care ({columns}) VALUES ({marks})"
            " ON CONFLICT ON CONSTRAINT components_care_once DO UPDATE"
            " SET owner_name = excluded.owner_name RETURNING id",
            list(values.values()),
        )
        return int(cursor.fetchone()[0])


def _units_by_name() -> dict[str, list[tuple[int, str]]]:
    """Name and short name of every active unit, with the code of the region it works for."""
    tree, regions = unit_tree(), territory.tree()
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    rows = Unit.objects.filter(is_active=True).values_list("id", "name", "short_name")
    for unit_id, *names in rows:
        region = next((u.region_id for u in tree.upwards(unit_id) if u.region_id is not None), None)
        code = regions.region(region).code if region is not None else ""
        for name in {one for one in names if one}:
            found[name].append((unit_id, code))
    return found
