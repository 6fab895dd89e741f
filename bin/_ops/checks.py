"""`bin/test`: set-up with the tests' tools, then everything that must hold for a change to land."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from _ops import cluster, words
from _ops.django import program_environment
from _ops.environment import node_environment
from _ops.places import MANAGE, PYTHON, ROOT, SOURCE, VENV, data_folder
from _ops.say import die_with_parent, say
from _ops.setup import set_up
from _ops.stamps import alone

NO_TESTS = 5  # pytest's exit code when it found none
HOSTS_IN_LOCKS = re.compile(r"index-url|find-links|trusted-host|file:|https?://")


@dataclass(frozen=True)
class Check:
    """A program that ends with 0 when all is well."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


def test(arguments: list[str]) -> int:
    """All checks, then the tests. Arguments go to pytest, and then only pytest runs."""
    began = time.monotonic()
    set_up(for_tests=True)
    lock = data_folder() / "test.lock"
    with cluster.database() as url, alone(lock, "Testing"):
        environment = _test_environment(url)
        if arguments:
            return _tests(arguments, environment)
        with _template(environment) as found:
            failed = [check.name for check in _checks(environment) if not _passes(check)]
            failed += [name for name, find in GUARDS.items() if not _holds(name, find)]
            environment |= found()
            say("pytest …")
            code = _tests(
                ["-q", "-n", _processes(), "--dist", "worksteal", "--durations=15"], environment
            )
        if code == NO_TESTS:
            say("No test was found: that is a fault, not a success.")
        failed += ["pytest"] if code else []
    took = f"in {time.monotonic() - began:.0f} s"
    if failed:
        print(f"\n✗ bin/test {took}: {', '.join(failed)} failed.")
        return 1
    print(f"\n✓ bin/test {took}: every check and every test passed.")
    return 0


def _processes() -> str:
    return os.environ.get("LINLI_TEST_PROCESSES") or str(min(4, os.cpu_count() or 1))


@contextmanager
def _template(environment: Mapping[str, str]) -> Iterator[Callable[[], dict[str, str]]]:
    """The tests' empty database, made on another core while the checks run. What is given waits
    for it and answers with what pytest is to know; if it failed, pytest makes its own and says why
    that fails too."""
    name = {"LINLI_TEST_TEMPLATE": f"{environment.get('LINLI_TEST_DB', 'test_linli')}_template"}
    command = [str(PYTHON), "-m", "tests.template"]
    ours = {**environment, **name, "PYTHONPATH": str(SOURCE)}
    making = subprocess.Popen(
        [*command, "make"], env=ours, cwd=ROOT, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent,  # noqa: PLW1509  no thread is running
    )  # fmt: skip
    try:
        yield lambda: {} if making.wait() else name
    finally:
        making.kill()
        making.wait()
        subprocess.run([*command, "drop"], env=ours, cwd=ROOT, check=False, capture_output=True)


def _test_environment(url: str) -> dict[str, str]:
    environment = program_environment(url)
    # A crash may cost a test database, not a real one: no need to wait for the disk.
    environment.setdefault("PGOPTIONS", "-c synchronous_commit=off")
    environment["PATH"] = f"{VENV / 'bin'}{os.pathsep}{node_environment()['PATH']}"
    return environment


def _checks(environment: Mapping[str, str]) -> list[Check]:
    tool = VENV / "bin"
    ours = {**environment, "MYPYPATH": str(ROOT / "bin")}
    return [
        Check("ruff check", [str(tool / "ruff"), "check", "."], environment),
        Check("ruff format", [str(tool / "ruff"), "format", "--check", "."], environment),
        Check("lint-imports", [str(tool / "lint-imports")], environment),
        Check("mypy", [str(tool / "mypy")], environment),
        Check(
            "mypy of bin/_ops",
            [str(tool / "mypy"), "--config-file=", "--strict", "-p", "_ops"],
            ours,
        ),
        Check(
            "migrations",
            [str(PYTHON), str(MANAGE), "makemigrations", "--check", "--dry-run"],
            environment,
        ),
        Check("django check", [str(PYTHON), str(MANAGE), "check"], environment),
        Check("tsc", ["npm", "run", "--silent", "check"], environment),
    ]


def _passes(check: Check) -> bool:
    """Run one check; its output is shown only when it fails."""
    began = time.monotonic()
    try:
        done = subprocess.run(
            list(check.command),
            env=dict(check.environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            preexec_fn=die_with_parent,
        )
        code, said = done.returncode, done.stdout.decode(errors="replace").strip()
    except OSError as error:
        code, said = 127, str(error)
    _tell(check.name, code == 0, said, time.monotonic() - began)
    return code == 0


def _tell(name: str, good: bool, said: str, took: float) -> None:
    print(f"{'✓' if good else '✗'} {name}  ({took:.1f} s)", flush=True)
    if not good:
        print("\n".join(f"    {line}" for line in said.splitlines()), flush=True)


def _holds(name: str, find: Callable[[], list[str]]) -> bool:
    faults = find()
    _tell(name, not faults, "\n".join(faults), 0.0)
    return not faults


def hosts_in_locks(folder: Path = ROOT) -> list[str]:
    """Lines that tie a lock file to one host; whoever installs chooses the index."""
    found = []
    for lock in sorted(folder.glob("requirements*.lock")):
        for number, line in enumerate(lock.read_text().splitlines(), 1):
            if HOSTS_IN_LOCKS.search(line):
                found.append(f"{lock.name}:{number}: {line.strip()}")
    for number, line in enumerate((folder / "package-lock.json").read_text().splitlines(), 1):
        if '"resolved"' in line:
            found.append(f"package-lock.json:{number}: {line.strip()}")
    return found


def unhashed_requirements(folder: Path = ROOT) -> list[str]:
    """Requirements in a lock without a hash."""
    found = []
    for lock in sorted(folder.glob("requirements*.lock")):
        entries = re.split(r"\n(?=\S)", lock.read_text().strip())
        found += [f"{lock.name}: {entry[:60]}" for entry in entries if "--hash=" not in entry]
    return found


GUARDS: dict[str, Callable[[], list[str]]] = {
    "no host in a lock": hosts_in_locks,
    "a hash for every requirement": unhashed_requirements,
    "every text is translated": words.gaps,
}


def _tests(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run pytest in the foreground; its exit code. Nothing it started outlives it."""
    mark = f"LINLI_TEST_RUN={os.getpid()}-{time.time_ns()}"
    name, value = mark.split("=")
    try:
        return subprocess.run(
            [PYTHON, "-m", "pytest", *arguments],
            env={**environment, name: value},
            cwd=ROOT,
            check=False,
            preexec_fn=die_with_parent,
        ).returncode
    finally:
        _end_marked(mark.encode())


def _end_marked(mark: bytes) -> None:
    """End every process that carries `mark` in its environment: browsers, servers, workers."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue
