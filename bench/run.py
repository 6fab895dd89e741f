"""Everything measured by one command, and written to docs/benchmarks.md: bin/linli bench all

    python -m bench all --size 1m       # about half an hour
    python -m bench all --size 10m      # an hour and a half, and 40 GB of disk

Each size keeps its own part of the page; what was not run again stays as it was.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg

from bench import _database, _program, load
from bench._figures import Figure, table

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
KEPT = Path(__file__).resolve().parent / "figures.json"
PARTS = ("lives", "reads", "memory", "locate", "live", "tiles", "analysis", "supervision",
         "evaluation")  # fmt: skip
#: What a part is told besides at a size; the month of a city of ten million is large as it is.
GIVEN = {
    ("10m", "analysis"): ("--tries", "3"),
    ("10m", "supervision"): ("--tries", "3"),
    ("10m", "evaluation"): ("--as-they-are",),
}
SIZES = {"100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}
_PACKAGES = ("Django", "psycopg", "granian", "django-ninja", "shapely", "numpy")
_SETTINGS = (
    "shared_buffers", "work_mem", "effective_cache_size", "fsync", "synchronous_commit",
    "random_page_cost", "jit",
)  # fmt: skip

INTRODUCTION = """\
# Benchmarks

What the program costs, measured. **This page is written by a program**: `bin/linli bench all
--size 1m` (or `10m`) makes a large made-up city in a database of its own, measures, and writes
every figure below; change `bench/`, not this page. The targets are those of the design, for two
cores that also run the database and the caller.

How to read it. *Rate* is answers a second with eight connections that call without a pause, so
the times beside it are those of a program that is fully busy; rows with two connections are about
the time alone. Reads are varied over a few hundred addresses after a warm-up. The city has 16
districts, 232 streets, 2,320 communities, 4,640 grids and 37,120 cells; its cases cover three
years, 3 % of them are open, most of those among the newest tenth. Ground, catalogue and people
went through the ordinary imports and services, the cases were put in by SQL with every constraint
on; only the newest 50,000 evaluated ones have their events. The server in front is the one
`bin/run` starts: two processes of four threads. The load average says whether the machine did
something else at the same time: nothing of this bench takes it much above 4. Analysis, supervision
and evaluation are whole pages asked for one after the other in one process; their facts are made of
the rows of the cases (`bench/_facts.py`).
"""


def main(arguments: list[str] | None = None) -> None:
    """Load what is missing, measure, write the page."""
    parser = argparse.ArgumentParser(prog="bench all", description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="1m")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each read")
    parser.add_argument("--only", choices=PARTS, action="append", help="again, the rest stays")
    parser.add_argument("--note", default="", help="a sentence about this run, for the page")
    asked = parser.parse_args(arguments)
    cases = SIZES[asked.size]
    url = _database.use(make=True)
    from django.utils import timezone

    from bench import _city
    from linli.territory.queries import listen

    listen()  # as the web process does, so that statements are counted as there
    began, now = time.monotonic(), timezone.now()
    _city.found(now=now)
    with psycopg.connect(url, autocommit=True) as own:
        done = load.load(own, cases=cases, now=now, hands=load.hands_at(url, 2))
    kept = _kept()
    part: dict[str, Any] = kept.setdefault("sizes", {}).setdefault(asked.size, {})
    part |= {"machine": _machine(url), "at": f"{timezone.localtime():%Y-%m-%d %H:%M}"}
    part |= {"rows": _rows(url), "note": asked.note}
    if done.added:
        part["load"] = f"{done.added:,} cases in {done.seconds:,.0f} s"
    for name in asked.only or PARTS:
        before = os.getloadavg()[0]
        given = GIVEN.get((asked.size, name), ())
        _measure(name, part, rows=cases, seconds=asked.seconds, given=given)
        after = os.getloadavg()[0]
        part.setdefault("busy", {})[name] = f"{name} {before:.1f} → {after:.1f}"
        text = json.dumps(kept, ensure_ascii=False, indent=1)
        KEPT.write_text(text + "\n", encoding="utf-8")
        write_page(kept)
    print(f"{PAGE.relative_to(ROOT)} is written, {(time.monotonic() - began) / 60:.0f} min.")


def _measure(
    name: str, into: dict[str, Any], *, rows: int, seconds: float, given: tuple[str, ...]
) -> None:
    from bench import lives, reads

    if name in ("lives", "reads"):
        with _program.serving() as (port, pid):
            figures = (
                lives.measure(port)
                if name == "lives"
                else reads.measure(port, rows=rows, seconds=seconds)
            )
            into[name] = [*_plain(figures)]
            into["web_mb"] = _plain([_memory("web process", _program.memory_mb(pid), 250)])
        if name == "reads":
            into["plans"] = reads.plans()
    elif name == "memory":
        into[name] = _plain(_others())
    elif (ROOT / "bench" / f"{name}.py").exists():
        into.setdefault("tables", {})[name] = _said(name, given)


def _plain(figures: list[Figure]) -> list[dict[str, Any]]:
    return [asdict(one) for one in figures]


def _memory(what: str, found: dict[int, float], most: float) -> Figure:
    """The largest process of a program."""
    largest = max(found.values(), default=0.0)
    said = ", ".join(f"{one:.0f}" for one in sorted(found.values(), reverse=True))
    return Figure(f"memory: {what}", f"≤ {most:.0f} MB", f"{largest:.0f} MB", largest <= most,
                  f"resident, processes: {said} MB; shared pages are counted in each")  # fmt: skip


def _others() -> list[Figure]:
    """Memory of the events process and the worker, and how long a web process takes to start."""
    began = time.perf_counter()
    with _program.serving() as (port, _pid):
        caller = _program.call(
            port,
            lambda: iter([_program.Request("GET", "/healthz")]),
            seconds=1, connections=1, warm=0,
        )  # fmt: skip
        started = time.perf_counter() - began - caller.seconds
    found = [Figure("start of the web processes, everything there", "–", f"{started:.1f} s")]
    with _program.serving(interface="asgi") as (_port, pid):
        time.sleep(2)
        found.append(_memory("events process", _program.memory_mb(pid), 150))
    manage = str(ROOT / "manage.py")
    with _program.running([sys.executable, manage, "procrastinate", "worker"]) as process:
        time.sleep(6)
        found.append(_memory("worker", _program.memory_mb(process.pid), 250))
    return found


def _said(name: str, given: tuple[str, ...]) -> str:
    """What another bench prints, in this database."""
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *given], cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=3600, env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
    )  # fmt: skip
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word of it"])[-1]
        return f"This run failed: {last[:300]}"
    return done.stdout.strip()


# -- the machine ---------------------------------------------------------------------------------
def _machine(url: str) -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    with psycopg.connect(url) as own:
        server = own.execute("SHOW server_version").fetchone()
        postgis = own.execute("SELECT postgis_lib_version()").fetchone()
        shown = own.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY (%s)"
            " ORDER BY array_position(%s, name::text)",
            [list(_SETTINGS), list(_SETTINGS)],
        ).fetchall()
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return [
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB",
        f"PostgreSQL {server and server[0]}, PostGIS {postgis and postgis[0]}: "
        + ", ".join(f"{name} = {value}" for name, value in shown),
        f"Python {platform.python_version()}, {packages}",
    ]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _rows(url: str) -> str:
    with psycopg.connect(url) as own:
        found = own.execute(
            "SELECT (SELECT count(*) FROM cases_case),"
            " (SELECT count(*) FROM cases_case WHERE stage = ANY (%s)),"
            " (SELECT count(*) FROM cases_caseevent), pg_size_pretty(pg_database_size("
            "current_database()))",
            [["reported", "verifying", "filed", "dispatched", "handling", "handled", "checking"]],
        ).fetchone()
    assert found is not None
    return f"{found[0]:,} cases, {found[1]:,} of them open; {found[2]:,} events; {found[3]}"


# -- the page ------------------------------------------------------------------------------------
def _kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    return found


def keep(name: str, text: str) -> None:
    """Put the table of a bench that needs no city of cases on the page."""
    kept = _kept()
    kept.setdefault("apart", {})[name] = {
        "at": time.strftime("%Y-%m-%d %H:%M"),
        "machine": f"{_processor()}, {os.cpu_count()} cores",
        "text": text,
    }
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    write_page(kept)


def write_page(kept: dict[str, Any]) -> None:
    """docs/benchmarks.md from the figures kept."""
    parts = [INTRODUCTION]
    sizes = sorted(kept["sizes"], key=lambda name: SIZES[name])
    parts += [_part(size, kept["sizes"][size]) for size in sizes]
    parts += [
        f"## `python -m bench.{name}`\n\n{one['at']}, {one['machine']}.\n\n{one['text']}\n"
        for name, one in sorted(kept.get("apart", {}).items())
    ]
    PAGE.write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")


def _part(size: str, part: dict[str, Any]) -> str:
    lines = [f"## {SIZES[size]:,} cases", ""]
    lines += [f"`bin/linli bench all --size {size}`, {part['at']}.", ""]
    lines += [f"- {line}" for line in [*part["machine"], part["rows"]]]
    if busy := part.get("busy"):
        lines.append(f"- load average before and after each part: {', '.join(busy.values())}")
    if part.get("note"):
        lines.append(f"- {part['note']}")
    if "load" in part:
        lines.append(f"- loaded: {part['load']}")
    lines.append("")
    figures = [
        Figure(**one) for key in ("lives", "reads", "web_mb", "memory") for one in part.get(key, [])
    ]
    missed = [one.work for one in figures if one.met is False]
    if missed:
        lines += ["Falls short of the design here: " + "; ".join(missed) + ".", ""]
    lines += [table(figures), ""]
    for name, text in part.get("tables", {}).items():
        lines += [f"### `bin/linli bench {name}`", "", text, ""]
    if part.get("plans"):
        lines += ["### What the database does", ""]
    for what, plan in part.get("plans", []):
        lines += [f"{what[0].upper()}{what[1:]}:", "", "```text", plan, "```", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
