"""The virtual environment from hash-locked requirements; Node.js where the system's is too old."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from _ops.places import PYTHON, ROOT, SOURCE, VENV, setup_log
from _ops.say import Trouble, disk_trouble, quietly, say, step
from _ops.stamps import digest, is_stamped, write_stamp
from _ops.system import system_node

RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
SOURCE_LOCK = ROOT / "requirements-source.lock"  # without a wheel: built here, tests only
NODE_LOCK = ROOT / "requirements-node.lock"


def _stamp(lock: Path) -> Path:
    return VENV / f".{lock.stem}.done"


def _key(lock: Path) -> str:
    return digest([lock], str(ROOT))  # the stamp lies in .venv: a new one has none


def ensure_environment(*, for_tests: bool) -> None:
    """Make .venv hold exactly what the lock names. The tests' lock includes the program's."""
    if is_set_up_for_tests() if for_tests else is_set_up():
        return
    _ensure_interpreter()
    if not for_tests:
        _install(RUN_LOCK, "the Python packages")
        return
    _install(DEV_LOCK, "the tests' Python packages")
    _install(SOURCE_LOCK, "what the tests need and has no wheel", how=BUILT)
    write_stamp(_stamp(RUN_LOCK), _key(RUN_LOCK))


def is_set_up() -> bool:
    """Whether the program's Python packages are installed as locked."""
    return _is_current(RUN_LOCK) or _is_current(DEV_LOCK)


def is_set_up_for_tests() -> bool:
    """Whether the tests' Python packages are installed as locked."""
    return _is_current(DEV_LOCK) and _is_current(SOURCE_LOCK)


def _is_current(lock: Path) -> bool:
    return _has_interpreter() and is_stamped(_stamp(lock), _key(lock))


def _has_interpreter() -> bool:
    """Whether .venv's Python is there, and still the version its packages were installed for."""
    if not PYTHON.exists():
        return False
    real = PYTHON.resolve().name  # python3.11
    return "." not in real or (VENV / "lib" / real).is_dir()


def _ensure_interpreter() -> None:
    asking = [str(PYTHON), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
    works = (
        _has_interpreter()
        and not subprocess.run(asking, capture_output=True, check=False).returncode
    )
    if not works:
        with step(f"Making a virtual environment for Python {sys.version.split()[0]}"):
            quietly(
                [sys.executable, "-m", "venv", "--clear", VENV],
                doing="Making the virtual environment",
                log=setup_log(),
                remedy="On Debian and Ubuntu: apt-get install python3-venv",
            )
    _put_project_on_path()


def _put_project_on_path() -> None:
    """A .pth line instead of a build: nothing to download, and edits count at once."""
    try:
        (site,) = (VENV / "lib").glob("python*/site-packages")
        (site / "linli.pth").write_text(f"{SOURCE}\n")
    except OSError as error:
        raise disk_trouble(error, "Putting the project on the Python path") from error


WHEELS = ("--only-binary", ":all:")
#: With the setuptools of the tests' lock, so that nothing without a hash is fetched to build with.
BUILT = ("--no-binary", ":all:", "--no-deps", "--no-build-isolation")


def _install(lock: Path, what: str, *, how: Sequence[str] = WHEELS) -> None:
    command: list[str | Path] = [
        *(PYTHON, "-m", "pip", "install", "--require-hashes"),
        *how,
        *("--disable-pip-version-check", "--no-input", "--progress-bar", "off"),
        *("-r", lock),
    ]
    with step(f"Installing {what} from {lock.name} (the first time this takes a minute or two)"):
        quietly(
            command,
            doing=f"Installing {what}",
            log=setup_log(),
            remedy="Check that the package index can be reached.",
        )
        write_stamp(_stamp(lock), _key(lock))


def node_environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are new enough: the system's, or one in .venv."""
    if folder := system_node():
        return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    if not _is_current(NODE_LOCK):
        found = shutil.which("node")
        say(f"Node.js {'is too old' if found else 'is missing'}: taking one from a Python package.")
        _install(NODE_LOCK, "Node.js")
    environment = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    check = subprocess.run(
        ["node", "--version"], env=environment, capture_output=True, text=True, check=False
    )
    if check.returncode:
        raise Trouble(
            f"Node.js from the Python package does not start: {check.stderr.strip()}",
            "Install Node.js 20.19 or newer with npm and start again.",
        )
    return environment
