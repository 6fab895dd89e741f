"""`bin/run`: set up, start the database, bring it up to date, serve until Ctrl-C."""

import os
from collections.abc import Mapping

from _ops import cluster, database, ports
from _ops.django import program_environment
from _ops.places import (
    MANAGE,
    PYTHON,
    bind_address,
    data_folder,
    events_port,
    number,
    own_database_url,
    web_port,
)
from _ops.say import Trouble
from _ops.setup import set_up
from _ops.supervisor import Process, Supervisor


def run(arguments: list[str]) -> int:
    """Start everything. `--no-demo` (or LINLI_DEMO=0) leaves an empty database empty."""
    if unknown := set(arguments) - {"--no-demo"}:
        raise Trouble(
            f"bin/run does not know {' '.join(sorted(unknown))}.",
            "It knows --no-demo; the rest is set by LINLI_* variables (docs/howto/operate.md).",
        )
    ports.check_ports()
    set_up(for_tests=False)
    with cluster.database() as url:
        if own_database_url():
            database.check_own(url)
        database.migrate(url)
        if "--no-demo" not in arguments and os.environ.get("LINLI_DEMO", "1") != "0":
            database.load_demo_if_empty(url)
        ports.check_ports()  # the set-up may have taken minutes
        return serve(url)


def serve(url: str) -> int:
    """Keep the program's processes up on the database `url` until told to stop, then 0."""
    return Supervisor(_processes(url), _local(web_port()) + "/healthz", _welcome()).run()


def _local(port: int) -> str:
    return f"http://localhost:{port}"


def _welcome() -> str:
    seen_by = "" if bind_address() in {"127.0.0.1", "::1"} else f" (listening on {bind_address()})"
    return f"Linli is ready: {_local(web_port())}{seen_by}   Ctrl-C stops it."


def _processes(url: str) -> list[Process]:
    environment = program_environment(url)
    workers = number("LINLI_WEB_WORKERS", 2, highest=64)
    threads = number("LINLI_WEB_THREADS", 4, highest=64)
    jobs = number("LINLI_JOBS_AT_ONCE", 3, highest=64)  # errands take two of them at most
    granian = [str(PYTHON), "-m", "granian", "--host", bind_address()]
    # Without the time limit a SIGTERM during start-up is never obeyed (granian 2.8).
    granian += ["--workers-kill-timeout", "5", "--no-ws", "--log-level", "warning"]
    # Addresses of the phone pages carry where somebody stands (?lon=&lat=): kept in no log (P6).
    granian += ["--no-access-log"]
    web = [
        *(*granian, "--interface", "wsgi", "--port", str(web_port())),
        *("--workers", str(workers), "--blocking-threads", str(threads)),
        *("--backlog", "2048", "--respawn-failed-workers", "linli.config.wsgi:application"),
    ]
    events = [
        *(*granian, "--interface", "asgi", "--port", str(events_port()), "--workers", "1"),
        # By default only 1,024 streams would be let in.
        *("--backlog", "8192", "--backpressure", "8192", "--http", "1"),
        "linli.config.events:application",
    ]
    worker = [
        *(str(PYTHON), str(MANAGE), "procrastinate", "worker", "--concurrency", str(jobs)),
        *("--shutdown-graceful-timeout", "8"),
    ]
    return [
        Process("web", web, environment),
        Process("events", events, environment),
        Process("worker", worker, environment),
        *_sensors(environment),
        *_rest_of_the_demo(environment),
    ]


def _sensors(environment: Mapping[str, str]) -> list[Process]:
    """The subscriber of MQTT, where a broker is named."""
    if not os.environ.get("LINLI_MQTT_URL"):
        return []
    return [Process("sensors", [str(PYTHON), str(MANAGE), "listen_sensors"], environment)]


def _rest_of_the_demo(environment: Mapping[str, str]) -> list[Process]:
    """The first cases of the demo are there before the first page, the others come meanwhile."""
    if not (data_folder() / "demo.filling").exists():
        return []
    command = ["nice", "-n", "10", str(PYTHON), str(MANAGE), "demo", "--fill"]
    return [Process("demo", command, environment, once=True)]
