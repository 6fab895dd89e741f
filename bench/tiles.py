"""Map tiles, ground and cases, by zoom (design §6: p95 ≤ 80 ms from zoom 12 on, ≤ 300 ms farther
out, ≤ 200 kB), in the database of LINLI_DATABASE_URL with whatever rows it has. Reads only.

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
from linli.maps.queries import ground_tile  # noqa: E402
from linli.maps.rules.address import Address  # noqa: E402
from linli.staff.models import User  # noqa: E402

Make = Callable[[Address], bytes]
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


def measure(make: Make, z: int, where: list[tuple[float, float]]) -> tuple[float, float, int, int]:
    """Median and p95 in ms, largest tile in bytes, plain and packed. The first is not counted."""
    spent, plain, packed = [], 0, 0
    for i, (lon, lat) in enumerate([where[0], *where]):
        x, y = _fractions(lon, lat)
        at = Address(z, int(x * 2**z), int(y * 2**z))
        start = time.perf_counter()
        body = make(at)
        if i:
            spent.append((time.perf_counter() - start) * 1000)
        plain, packed = max(plain, len(body)), max(packed, len(gzip.compress(body, 4)))
    p95 = statistics.quantiles(spent, n=20)[-1] if len(spent) > 1 else spent[0]
    return statistics.median(spent), p95, plain, packed


def makers() -> Iterator[tuple[str, Make]]:
    """What is measured: name and function."""
    now = timezone.now()
    today = timezone.localdate(now)
    yield "ground", lambda at: ground_tile("base", at, on=today)
    yield "grids", lambda at: ground_tile("grids", at, on=today)
    yield "nearby (public)", lambda at: public_tile(*at, now=now)
    for tier, user in people().items():
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
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE relname = 'cases_case'")
        (rows,) = cursor.fetchone()
        cursor.execute("SELECT current_setting('server_version'), postgis_lib_version()")
        versions = cursor.fetchone()
    print(f"About {rows:,} cases, PostgreSQL {versions[0]}, PostGIS {versions[1]},", end=" ")
    print(f"{given.samples} tiles each, in one process, without HTTP.\n")
    print("| layer | zoom | median ms | p95 ms | largest kB | packed kB |")
    print("|---|---|---|---|---|---|")
    for name, make in makers():
        for z in map(int, given.zooms.split(",")):
            median, p95, plain, packed = measure(make, z, where)
            kilobytes = f"{plain / 1000:.1f} | {packed / 1000:.1f}"
            print(f"| {name} | {z} | {median:.1f} | {p95:.1f} | {kilobytes} |", flush=True)


if __name__ == "__main__":
    main()
