"""The database goes away under load and comes back; a throw-away cluster of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import NamedTuple

import pytest

from _ops import postgres
from _ops.cluster import Cluster
from tests.live.test_journey import ROOT, database_url, free_port, kill

pytestmark = pytest.mark.skipif(postgres.installation() is None, reason="needs PostgreSQL")
SETUP = """
import json
from tests.api.conftest import token_of
from tests.cases.city import make_city
from tests.api.conftest import report_of
city = make_city()
print(json.dumps([token_of(city.districts[0].posts["operator"]), report_of(city)]))
"""
COUNT = """
from linli.cases.models import Case
print(Case.objects.count())
"""


class Site(NamedTuple):
    cluster: Cluster
    environment: dict[str, str]
    port: int


def manage(environment: dict[str, str], *words: str) -> str:
    """A command of manage.py; what it prints."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        env=environment, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def fill(cluster: Cluster, environment: dict[str, str]) -> None:
    """The tables: those of the test database, which take a tenth of the time that every migration
    takes; by the migrations where that database is of another version of PostgreSQL."""
    found = postgres.installation()
    assert found is not None
    dump = [found.program("pg_dump"), "--no-owner", "--no-privileges", "--no-comments"]
    dump.append("--exclude-table-data=spatial_ref_sys")  # PostGIS brings it
    rows = subprocess.run([*dump, database_url()], check=False, capture_output=True)
    if rows.returncode:
        manage(environment, "migrate", "-v0")
        return
    restore = [found.program("psql"), "-q", "-X", "-o", os.devnull, "-v", "ON_ERROR_STOP=1"]
    subprocess.run([*restore, cluster.url()], input=rows.stdout, check=True)


@pytest.fixture
def site(django_db_setup: None) -> Iterator[Site]:
    """A fresh cluster with the tables in it, and a web process."""
    folder = Path(tempfile.mkdtemp(prefix="linli-fault-"))
    folder.chmod(0o755)  # so that the server's own account may enter it
    (folder / "var").mkdir()
    cluster, port = Cluster(folder / "var"), free_port()
    try:
        cluster.start()
        environment = os.environ | {
            "LINLI_DATABASE_URL": cluster.url(), "LINLI_PORT": str(port),
            "LINLI_DATA": str(folder / "data"), "LINLI_LOG_LEVEL": "CRITICAL",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }  # fmt: skip
        (folder / "data").mkdir()
        fill(cluster, environment)
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
        command += ["--host", "127.0.0.1", "--blocking-threads", "2", "--log-level", "critical"]
        served = subprocess.Popen(
            [*command, "linli.config.wsgi:application"], env=environment, start_new_session=True
        )
        try:
            yield Site(cluster, environment, port)
        finally:
            kill(served)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def ask(port: int, path: str, token: str = "", body: object = None) -> tuple[int, str]:
    """Status and words of an answer; 0 where there was none."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    request.add_header("Accept-Language", "en")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def until(port: int, path: str, status: int, seconds: float = 30) -> str:
    """Ask until the status comes."""
    deadline = time.monotonic() + seconds
    while True:
        found, words = ask(port, path)
        if found == status:
            return words
        assert time.monotonic() < deadline, f"{path} is still {found}: {words[:300]}"
        time.sleep(0.2)


def test_a_restart_of_the_database_loses_nothing_that_was_answered(site: Site) -> None:
    until(site.port, "/healthz", 200)
    token, body = json.loads(manage(site.environment, "shell", "-v0", "-c", SETUP))
    body.pop("case_class")
    stop, answers = Event(), []

    def load() -> None:
        while not stop.is_set():
            answers.append(ask(site.port, "/api/v1/cases", token, body))

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(load) for _ in range(2)]
        try:
            _wait_for(answers, 201, 5)
            site.cluster.stop()
            status, words = ask(site.port, "/grids/")
            assert status == 503
            assert "was saved" in words
            assert "Traceback" not in words
            assert ask(site.port, "/healthz")[0] == 200
            assert ask(site.port, "/readyz")[0] == 503
            site.cluster.start()
            _wait_for(answers, 201, sum(1 for found, _ in answers if found == 201) + 5)
        finally:
            stop.set()
        for job in jobs:
            job.result(30)
    assert ask(site.port, "/grids/")[0] == 200
    kept = int(manage(site.environment, "shell", "-v0", "-c", COUNT))
    promised = sum(1 for found, _ in answers if found == 201)
    # What was promised is there; at most one request a thread was cut off after its commit.
    assert promised <= kept <= promised + 2


def _wait_for(answers: list[tuple[int, str]], status: int, number: int) -> None:
    deadline = time.monotonic() + 40
    while sum(1 for found, _ in answers if found == status) < number:
        assert time.monotonic() < deadline, answers[-3:]
        time.sleep(0.05)
