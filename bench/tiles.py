"""Map tiles of every layer by zoom (design §6: p95 ≤ 80 ms from zoom 12 on, ≤ 300 ms farther out,
≤ 200 kB), in the database of LINLI_DATABASE_URL with whatever rows it has. Reads only.

Each tile is asked for twice: first when the program has not answered it yet, then again.

    python -m bench.tiles [--samples 30] [--zooms 6,9,11,12,13,14,16]
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from linli.cases.models import Case  # noqa: E402
from linli.cases.queries.tiles import _fractions, case_tile, public_tile  # noqa: E402
from linli.cases.rules.filters import CaseFilter  # noqa: E402
from linli.cases.rules.stages import OPEN  # noqa: E402
from linli.components.queries import component_tile  # noqa: E402
from linli.components.rules.filters import ComponentFilter  # noqa: E402
from linli.maps.queries import ground_tile  # noqa: E402
from linli.maps.rules.address import Address  # noqa: E402
from linli.marks.queries import mark_tile  # noqa: E402
from linli.staff.models import User  # noqa: E402

Make = Callable[[Address], bytes]
MOST_BYTES = 200_000
THINGS = {"all": ComponentFilter(), "damaged": ComponentFilter.parse({"state": "damaged"})}
FILTERS = {
    "all": CaseFilter(),
    "open": CaseFilter(stages=tuple(stage.value for stage in OPEN)),
    "red": CaseFilter(light="red"),
    "class E01, open": CaseFilter(case_class="E01", stages=tuple(stage.value for stage in OPEN)),
}


def people() -> dict[str, User]:
    """One person of every kind of reach that sees cases: the widest, a district, a street."""
    found: dict[str, User] = {}
    for user in User.objects.filter(is_active=True).order_by("pk")[:300]:
        for seat in user.seats:
            if "cases.see" in seat.grants and seat.reach == "region" and seat.region_id:
                tier = tiers().get(seat.region_id, "")
                found.setdefault(tier, user)
    wanted = [tier for tier in ("city", "district", "street") if tier in found]
    if not wanted:
        raise SystemExit("Nobody here may see cases: fill the database with the demo first.")
    return {tier: found[tier] for tier in wanted}


def tiers() -> dict[int, str]:
    from linli.territory.queries import tree

    return {region.id: region.tier for region in tree().every()}


def places(many: int) -> list[tuple[float, float]]:
    """Places of cases, spread over the table: where people look."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM cases_case")
        low, high = cursor.fetchone()
    if low is None:
        raise SystemExit("There are no cases here: fill the database first.")
    chance, found = Random(1), []
    for _try in range(many * 3):
        case = Case.objects.filter(pk__gte=chance.randint(low, high)).order_by("pk").first()
        if case is not None and case.place is not None:
            found.append((case.place.x, case.place.y))
    return found[:many]


@dataclass
class Measured:
    """Milliseconds of the tiles of one zoom, at first and again, and the largest in bytes."""

    first: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    plain: int = 0
    packed: int = 0

    def row(self, name: str, z: int) -> str:
        """A line of the table; bold where it misses the target."""
        most = 80 if z >= 12 else 300
        slowest = max(_p95(self.first), _p95(self.again))
        met = slowest <= most and self.plain <= MOST_BYTES
        said = [f"{statistics.median(t):.1f} / {_p95(t):.1f}" for t in (self.first, self.again)]
        sizes = f"{self.plain / 1000:.1f} | {self.packed / 1000:.1f}"
        end = "met" if met else "**missed**"
        return f"| {name} | {z} | {said[0]} | {said[1]} | ≤ {most} | {sizes} | {end} |"


def _p95(spent: list[float]) -> float:
    return statistics.quantiles(spent, n=20)[-1] if len(spent) > 1 else spent[0]


def measure(make: Make, z: int, where: list[tuple[float, float]]) -> Measured:
    """Every different tile of a zoom over the places, twice. One before them is not counted."""
    tiles = list(dict.fromkeys(_tile_at(z, *place) for place in where))
    found = Measured()
    make(tiles[len(tiles) // 2])
    for spent in (found.first, found.again):
        for at in tiles:
            start = time.perf_counter()
            body = make(at)
            spent.append((time.perf_counter() - start) * 1000)
            found.plain = max(found.plain, len(body))
            found.packed = max(found.packed, len(gzip.compress(body, 4)))
    return found


def _tile_at(z: int, lon: float, lat: float) -> Address:
    x, y = _fractions(lon, lat)
    return Address(z, int(x * 2**z), int(y * 2**z))


def makers() -> Iterator[tuple[str, Make]]:
    """What is measured: name and function."""
    now = timezone.now()
    today = timezone.localdate(now)
    yield "ground", lambda at: ground_tile("base", at, on=today)
    for layer in ("grids", "cells", "buildings"):
        yield layer, lambda at, layer=layer: ground_tile(layer, at, on=today)  # type: ignore[misc]  # bound now
    yield "nearby (public)", lambda at: public_tile(*at, now=now)
    for tier, user in people().items():
        yield f"marks, {tier}", lambda at, user=user: mark_tile(user, *at, on=today)  # type: ignore[misc]  # bound now
        for name, things in THINGS.items():
            yield (
                f"components, {tier}, {name}",
                lambda at, user=user, things=things: component_tile(user, things, *at),  # type: ignore[misc]  # bound now
            )
        for name, wanted in FILTERS.items():
            yield (
                f"cases, {tier}, {name}",
                lambda at, user=user, wanted=wanted: case_tile(user, wanted, *at, now=now),  # type: ignore[misc]  # bound now
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--samples", type=int, default=30)
    parser.add_argument("--zooms", default="6,9,11,12,13,14,16,18")
    given = parser.parse_args()
    where = places(given.samples)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples::bigint FROM pg_class WHERE relname ="
            " ANY('{cases_case,components_component,marks_mark}')"
        )
        rows = dict(cursor.fetchall())
        cursor.execute("SELECT current_setting('server_version'), postgis_lib_version()")
        versions = cursor.fetchone()
    print(
        f"About {rows['cases_case']:,} cases, {max(0, rows['components_component']):,} components,"
        f" {max(0, rows['marks_mark']):,} marks, PostgreSQL {versions[0]}, PostGIS {versions[1]},",
        end=" ",
    )
    print(f"tiles over {given.samples} places, in one process, without HTTP. Size: ≤ 200 kB.\n")
    print(
        "| layer | zoom | first: median / p95 ms | again: median / p95 ms | target p95 ms |", end=""
    )
    print(" largest kB | packed kB | |")
    print("|---|---|---|---|---|---|---|---|")
    for name, make in makers():
        for z in map(int, given.zooms.split(",")):
            print(measure(make, z, where).row(name, z), flush=True)


if __name__ == "__main__":
    main()
