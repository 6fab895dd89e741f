"""`bin/linli doctor`: what is well here, what is not, and what to do about it. Changes nothing."""

import shutil
import socket
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from _ops import cluster, database, django, environment, frontend, postgres, system, words
from _ops.places import (
    ROOT,
    bind_address,
    data_folder,
    events_port,
    own_database_url,
    web_port,
)
from _ops.say import Trouble
from _ops.stamps import is_stamped

LEAST_FREE_MB = 1_000


@dataclass(frozen=True)
class Finding:
    """One looked-at thing. `remedy` is empty when it is well."""

    what: str
    found: str
    remedy: str = ""


def doctor(arguments: list[str]) -> int:
    """Print every finding; 1 when something needs a hand."""
    if arguments:
        raise Trouble("bin/linli doctor takes no arguments.")
    findings: list[Finding] = []
    for look in LOOKS:
        try:
            found = look()
        except Trouble as trouble:
            found = [Finding(look.__name__.replace("_", " "), str(trouble), trouble.remedy or "-")]
        for finding in found:
            findings.append(finding)
            print(f"{'✗' if finding.remedy else '✓'} {finding.what}: {finding.found}", flush=True)
            if finding.remedy:
                print(f"    → {finding.remedy}", flush=True)
    ill = sum(bool(finding.remedy) for finding in findings)
    print(f"\n{ill} of {len(findings)} need a hand." if ill else "\nAll is well.")
    return 1 if ill else 0


def programs() -> list[Finding]:
    """Python, its packages, Node.js, gettext, PostgreSQL."""
    set_up = environment.is_set_up()
    node = system.system_node()
    found = postgres.installation()
    return [
        Finding("Python", sys.version.split()[0]),
        Finding(
            "Python packages",
            "as locked" if set_up else "not as locked",
            "" if set_up else "bin/setup",
        ),
        Finding("Node.js", str(node or "from a Python package")),
        Finding(
            "gettext",
            shutil.which("msgfmt") or "missing",
            "" if shutil.which("msgfmt") else "apt-get install gettext",
        ),
        Finding(
            "PostgreSQL with PostGIS",
            f"{found.major} in {found.programs}" if found else "missing",
            "" if found or own_database_url() else "bin/setup",
        ),
    ]


def built_parts() -> list[Finding]:
    """The front end's bundles and the compiled translations."""
    built, compiled = frontend.is_built(), words.are_current()
    return [
        Finding("front end", "built" if built else "not built", "" if built else "bin/setup"),
        Finding(
            "translations",
            "compiled" if compiled else "not compiled",
            "" if compiled else "bin/linli messages",
        ),
    ]


def disk() -> list[Finding]:
    """Space where the clone and the data are."""
    folders = {ROOT, data_folder() if data_folder().exists() else ROOT}
    found = []
    for folder in sorted(folders):
        free = shutil.disk_usage(folder).free // 1_000_000
        remedy = "" if free >= LEAST_FREE_MB else "Free some space, or move LINLI_DATA."
        found.append(Finding("disk", f"{free} MB free at {folder}", remedy))
    return found


def ports() -> list[Finding]:
    """Who answers on the two ports."""
    found = []
    for name, port in (("web port", web_port()), ("events port", events_port())):
        with socket.socket() as probe:
            probe.settimeout(2)
            used = probe.connect_ex((_reachable(), port)) == 0
        found.append(Finding(name, f"{port}, {'in use' if used else 'free'}"))
    if "in use" in found[0].found:
        found.append(_health())
    return found


def _reachable() -> str:
    return "127.0.0.1" if bind_address() in {"0.0.0.0", "::"} else bind_address()  # noqa: S104


def _health() -> Finding:
    url = f"http://localhost:{web_port()}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return Finding("readyz", f"{answer.status}")
    except OSError as error:
        return Finding("readyz", str(error), f"See {url}, or another program holds the port.")


def the_database() -> list[Finding]:
    """Server, PostGIS, migrations, the worker's heartbeat. The private cluster is not started."""
    if not environment.is_set_up():
        return []
    if url := own_database_url():
        database.check_own(url)
        return _facts(url)
    private = cluster.Cluster(data_folder())
    if not private.pointer.exists():
        return [Finding("database", "not made yet", "bin/run")]
    pid = private.postmaster()
    if pid is None:
        return [Finding("database", f"stopped, in {private.home}")]
    running = Finding("database", f"running as {private.runner.name} (process {pid})")
    return [running, *_facts(private.url())]


def _facts(url: str) -> list[Finding]:
    version, postgis, migrated, jobs_table = django.ask(
        url,
        """SELECT current_setting('server_version'),
             (SELECT extversion FROM pg_extension WHERE extname = 'postgis'),
             to_regclass('django_migrations') IS NOT NULL,
             to_regclass('procrastinate_workers') IS NOT NULL""",
    )
    current = migrated == "True" and is_stamped(
        data_folder() / "migrated", database.migration_state(url)
    )
    found = [
        Finding("server", f"PostgreSQL {version}, PostGIS {postgis}"),
        Finding(
            "tables",
            "up to date" if current else "perhaps not up to date",
            "" if current else "bin/linli migrate",
        ),
    ]
    if jobs_table == "True":
        found.append(_worker(url))
    return found


def _worker(url: str) -> Finding:
    (age,) = django.ask(
        url,
        "SELECT round(extract(epoch FROM now() - max(last_heartbeat))) FROM procrastinate_workers",
    )
    if not age:
        return Finding("worker", "none has ever signed on or all have left", "bin/run")
    seconds = int(float(age))
    return Finding("worker", f"last heard of {seconds} s ago", "" if seconds < 60 else "bin/run")


LOOKS: list[Callable[[], list[Finding]]] = [programs, built_parts, disk, ports, the_database]
