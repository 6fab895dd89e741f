"""Components at full size (R34, design §6): a made-up inventory through the real import, then what
people ask of it. In a database of its own; figures go to docs/benchmarks.md.

    python -m bench.components --size 1m       # some five minutes
    python -m bench.components --size 11.34m   # half an hour, 12 GB of disk

The file is written by a seeded generator; one row in a thousand is wrong. `--anew` drops the
database first; without it an import that is there is measured as a second import of the same file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

os.environ["LINLI_BENCH_DB"] = os.environ.get("LINLI_BENCH_COMPONENTS_DB", "linli_bench_parts")

from bench import _database
from bench._figures import Figure, Spans, table

ROOT = Path(__file__).resolve().parents[1]
SIZES = {"200k": 200_000, "1m": 1_000_000, "11.34m": 11_340_000}
BYTES_A_ROW = 900  # file, staging table, register, write-ahead log
ZOOMS = (6, 9, 10, 11, 12, 13, 14, 15, 16, 18)
_MB = 1024**2


def main(arguments: list[str] | None = None) -> None:
    """Found the city, write the inventory, import it, ask, write the page."""
    parser = argparse.ArgumentParser(prog="bench components", description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="1m")
    parser.add_argument("--anew", action="store_true", help="drop this bench's database first")
    parser.add_argument("--samples", type=int, default=60, help="of each question")
    parser.add_argument("--file", type=Path, help="keep the inventory here; used again if there")
    parser.add_argument("--note", default="", help="a sentence about this run, for the page")
    asked = parser.parse_args(arguments)
    rows = SIZES[asked.size]
    if asked.anew:
        _database.drop()
    url = _database.use(make=True)
    from django.utils import timezone

    from bench import _city, _inventory, run
    from linli.territory.queries import listen

    listen()  # as the web process does
    _city.found(now=timezone.now(), size=_inventory.CITY)
    _require_room(url, rows)
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        file = asked.file or Path(folder) / "inventory.csv"
        if not file.exists():
            _write(file, rows)
        figures = _imported(file, rows)
    figures += _sizes(rows) + _located() + _asked(asked.samples) + _drawn(asked.samples)
    part = {
        "machine": run._machine(url),
        "at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        "load": f"load average before and after: {before:.1f} → {os.getloadavg()[0]:.1f}",
        "note": asked.note,
        "figures": [asdict(one) for one in figures],
    }
    _keep(asked.size, part)
    for one in figures:
        print(f"{one.work}: {one.measured} {one.note}")


def _keep(size: str, part: dict[str, Any]) -> None:
    """Put what was measured beside the other sizes, on the page and in the file of figures."""
    from bench import run

    kept = run._kept()
    sizes = kept.setdefault("components", {}) | {size: part}
    kept["components"] = sizes
    run.KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    parts = []
    for name in sorted(sizes, key=lambda one: SIZES[one]):
        one = sizes[name]
        lines = [f"### {SIZES[name]:,} components", ""]
        lines += [f"`bin/linli bench components --size {name}`, {one['at']}.", ""]
        lines += [f"- {line}" for line in (*one["machine"], one["load"], one["note"]) if line]
        figures = [Figure(**figure) for figure in one["figures"]]
        if missed := [figure.work for figure in figures if figure.met is False]:
            lines += ["", "Falls short of the design here: " + "; ".join(missed) + "."]
        parts.append("\n".join([*lines, "", table(figures)]))
    run.keep("components", "\n\n".join(parts))


def _require_room(url: str, rows: int) -> None:
    import psycopg

    with psycopg.connect(url) as own:
        _database.require_room(own, needed=rows * BYTES_A_ROW)


def _write(file: Path, rows: int) -> None:
    from bench import _inventory
    from linli.catalogue import queries as catalogue

    kinds = [(one.code, one.name) for one in catalogue.classes(kind="component")]
    began = time.monotonic()
    _inventory.write(file, rows=rows, classes=kinds)
    size = file.stat().st_size / _MB
    print(f"{file.name}: {rows:,} rows, {size:,.0f} MB, {time.monotonic() - began:.0f} s")


# -- the import ------------------------------------------------------------------------------------
def _imported(file: Path, rows: int) -> list[Figure]:
    """The command people use, in a process of its own whose memory and time are taken."""
    from linli.components.models import Component, Import

    had = Component.objects.exists()
    began, spent = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, str(ROOT / "manage.py"), "import_components", str(file)]
    memory_mb = _peak_mb(subprocess.Popen([*command, "--source", "bench"]))
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - spent.ru_utime - spent.ru_stime
    job = Import.objects.order_by("-pk")[0]
    if job.rows != rows or job.added + job.same + job.rejected != rows:
        raise SystemExit(f"The import does not add up: {job.rows}, {job.added}, {job.rejected}.")
    share = 11_340_000 / rows
    note = f"{rows / seconds:,.0f} rows/s; {cpu:.0f} s of Python's own time"
    if rows < 11_340_000:
        note += f"; in proportion {seconds * share / 60:.1f} min for 11.34 M"
    work = "the same file again" if had else "import from CSV, every row checked and located"
    return [
        Figure(
            work, "11.34 M in ≤ 10 min", f"{seconds / 60:.1f} min", seconds * share <= 600, note
        ),
        Figure(
            f"{work}: memory of Python", "≤ 1,024 MB", f"{memory_mb:,.0f} MB", memory_mb <= 1024
        ),
        Figure(
            f"{work}: rows",
            "–",
            f"{job.added:,} new, {job.same:,} the same, {job.rejected:,} left out",
        ),
    ]


def _peak_mb(process: subprocess.Popen[bytes]) -> float:
    """The most memory it had of its own, when it has ended (`ru_maxrss` would count what this
    process had when it started it)."""
    most = 0.0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        except OSError:
            continue
        peak = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
        most = max(most, *(int(one) / 1024 for one in peak), 0.0)
        time.sleep(0.2)
    if process.returncode:
        raise SystemExit("The import failed.")
    return most


def _sizes(rows: int) -> list[Figure]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE components_component")
        cursor.execute("VACUUM ANALYZE components_tally")
        cursor.execute(
            "SELECT sum(pg_relation_size(oid)), sum(pg_indexes_size(oid)) FROM pg_class"
            " WHERE relname = 'components_component'"
        )
        table, indexes = map(int, cursor.fetchone())
        cursor.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
            " WHERE relname IN ('components_wording', 'components_care', 'components_tally')"
        )
        beside = int(cursor.fetchone()[0])
    whole = (table + indexes + beside) / _MB
    return [
        Figure(
            "the register on disk", "–", f"{whole:,.0f} MB",
            note=f"rows {table / _MB:,.0f} MB ({table / rows:.0f} bytes each), indexes"
            f" {indexes / _MB:,.0f} MB, wordings and counts {beside / _MB:,.0f} MB",
        )
    ]  # fmt: skip


# -- questions -------------------------------------------------------------------------------------
def _located() -> list[Figure]:
    import numpy as np

    from bench import _inventory
    from linli.territory.queries import locate, locate_many

    places = np.array(_inventory.places(100_000))
    locate_many(places[:10, 0], places[:10, 1])
    began = time.perf_counter()
    locate_many(places[:, 0], places[:, 1])
    bulk = len(places) / (time.perf_counter() - began)
    spans = _timed([lambda at=at: locate(*at) for at in places[:2_000].tolist()])  # type: ignore[misc]  # bound now
    single = spans.percentile_ms(0.95)
    return [
        Figure(
            "locate among 34,619 cells, in bulk", "≥ 50,000/s", f"{bulk:,.0f}/s", bulk >= 50_000
        ),
        Figure("locate, single, p95", "≤ 0.1 ms", f"{single:.3f} ms", single <= 0.1),
    ]


def people() -> dict[str, Any]:
    """Who asks: somebody of the city, of a district, of a street, of a grid, of a unit."""
    from linli.components.models import Care
    from linli.staff.models import GridDuty, Post, User

    found: dict[str, Any] = {}
    for tier in ("city", "district", "street"):
        post = Post.objects.filter(
            reach="region", region__tier=tier, grants__contains=["components.see"]
        ).first()
        if post is not None:
            found[tier] = post.user_id
    duty = GridDuty.objects.filter(post__grants__contains=["components.see"]).first()
    if duty is not None:
        found["grid"] = duty.post.user_id
    units = Care.objects.exclude(maintainer=None).values_list("maintainer_id", flat=True)
    post = Post.objects.filter(
        reach="unit", unit_id__in=list(units), grants__contains=["components.see"]
    ).first()
    if post is not None:
        found["unit"] = post.user_id
    return {name: User.objects.get(pk=pk) for name, pk in found.items()}


def _asked(samples: int) -> list[Figure]:
    """Attribute search with keyset paging: the first page and one in the middle."""
    from bench import _inventory
    from linli.components import queries
    from linli.components.models import Care, Component
    from linli.components.rules.filters import ComponentFilter

    users = people()
    city = users["city"]
    code = Component.objects.order_by("-code").values_list("code", flat=True)[0]
    unit = Care.objects.exclude(owner=None).values_list("owner_id", flat=True).first()
    asked = {
        "no filter": {},
        "a class": {"class": "C0104"},
        "a rare class, damaged": {"class": "C0505", "state": "damaged"},
        "lost": {"state": "lost"},
        "a district and a class": {"region": "420116", "class": "C0401"},
        "a street": {"region": "420109003"},
        "an owner": {"unit": str(unit)},
        "words of a place": {"q": "幸福路2940号"},
        "a road": {"q": "幸福路"},
        "a code": {"q": str(code)},
    }
    figures = []
    for name, given in asked.items():
        wanted = ComponentFilter.parse(given)
        cursors = [None, _middle(queries.page_for(city, wanted).rows)]
        spans = _timed(
            [
                lambda wanted=wanted, cursor=cursors[at % 2]: queries.page_for(
                    city, wanted, cursor=cursor
                )  # type: ignore[misc]  # bound now
                for at in range(samples)
            ]
        )
        figures.append(_figure(f"50 components: {name}", spans, 50))
        spans = _timed([lambda wanted=wanted: queries.count_for(city, wanted) for _at in range(5)])
        figures.append(_figure(f"how many: {name}", spans, 0))
    for name, user in users.items():
        spans = _timed(
            [lambda user=user: queries.page_for(user, ComponentFilter()) for _at in range(samples)]
        )
        figures.append(_figure(f"50 components, as somebody of a {name}", spans, 50))
    spans = _timed(
        [
            lambda at=at: queries.near(city, ComponentFilter(), lon=at[0], lat=at[1], radius_m=50)  # type: ignore[misc]  # bound now
            for at in _inventory.places(samples)
        ]
    )
    return [*figures, _figure("components within 50 m of a point", spans, 50)]


def _middle(rows: list[Any]) -> str | None:
    from linli.kernel.web import cursor_text

    return cursor_text([rows[len(rows) // 2].code]) if rows else None


def _drawn(samples: int) -> list[Figure]:
    """Map tiles where people look, cold for the query and warm for the disk."""
    from bench import _inventory
    from linli.components import queries
    from linli.components.rules.filters import ComponentFilter
    from linli.components.rules.quads import quad_of, tile_at, tile_number

    users = people()
    filters = {"all": ComponentFilter(), "damaged": ComponentFilter.parse({"state": "damaged"})}
    places = [quad_of(*at) for at in _inventory.places(samples)]
    figures = []
    for who in ("city", "district"):
        for name, wanted in filters.items():
            for z in ZOOMS:
                tiles = list(dict.fromkeys(tile_at(z, tile_number(quad, z)) for quad in places))
                sizes: list[int] = []

                def draw(at: tuple[int, int], z: int = z, wanted: Any = wanted) -> None:
                    sizes.append(len(queries.component_tile(users[who], wanted, z, *at)))  # noqa: B023  called at once

                draw(tiles[0])
                spans = _timed([lambda at=at: draw(at) for at in (tiles * 5)[:samples]])  # type: ignore[misc]  # bound now
                target = 80 if z >= 12 else 300
                note = f"largest {max(sizes) / 1024:.0f} kB (≤ 200)"
                one = spans.figure(f"tile, zoom {z}, {who}, {name}", p95_ms=target, note=note)
                figures.append(_also(one, max(sizes) <= 200 * 1024))
    return figures


def _also(one: Figure, met: bool) -> Figure:
    return Figure(one.work, one.target, one.measured, bool(one.met) and met, one.note)


def _timed(calls: list[Callable[[], object]]) -> Spans:
    calls[0]()
    spans = Spans(0.0)
    began = time.perf_counter()
    for call in calls:
        start = time.perf_counter()
        call()
        spans.spans.append(time.perf_counter() - start)
    spans.seconds = time.perf_counter() - began
    return spans


def _figure(work: str, spans: Spans, p95_ms: float) -> Figure:
    return spans.figure(work, p95_ms=p95_ms)


if __name__ == "__main__":
    main()
