"""What the machine must have: disk, programs of Debian or Ubuntu, Node.js."""

import glob
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from _ops import postgres
from _ops.places import ROOT, VENV, data_folder, own_database_url, setup_log
from _ops.say import Trouble, disk_trouble, quietly, say, step

NEEDED_MB_FIRST = 3_000  # virtual environment 1.2 GB, node_modules 0.3 GB, packages, demo
NEEDED_MB_LATER = 300
OLDEST_NODE = ((20, 19), (22, 12))  # Vite 8: ^20.19 or from 22.12 on


@dataclass(frozen=True)
class Need:
    """A program or font the machine must have, and the Debian packages that bring it."""

    name: str
    packages: Callable[[], list[str]]
    is_there: Callable[[], bool]


def _venv_packages() -> list[str]:
    exact = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    return (
        [exact] if Path(sys.executable).resolve().parent == Path("/usr/bin") else ["python3-venv"]
    )


def _has_font() -> bool:
    return bool(glob.glob("/usr/share/fonts/**/wqy-microhei*", recursive=True))


def _has_browser() -> bool:
    return any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))


VENV_NEED = Need(
    "Python's venv module",
    _venv_packages,
    lambda: importlib.util.find_spec("ensurepip") is not None,
)
GETTEXT = Need("GNU gettext", lambda: ["gettext"], lambda: shutil.which("msgfmt") is not None)
FONT = Need("a Chinese font", lambda: ["fonts-wqy-microhei"], _has_font)
BROWSER = Need("Chromium (for the tests)", lambda: ["chromium"], _has_browser)
BROKER = Need(
    "Mosquitto (for the tests)",
    lambda: ["mosquitto"],
    lambda: shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None,
)
DATABASE = Need(
    "PostgreSQL 15 or newer with PostGIS",
    postgres.packages_to_install,
    lambda: postgres.installation() is not None,
)


def check_disk() -> None:
    """Raises Trouble when too little disk is left for the set-up or for work."""
    needed = NEEDED_MB_LATER if VENV.exists() else NEEDED_MB_FIRST
    data = data_folder()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_trouble(error, f"Making {data}") from error
    for folder, least in ((ROOT, needed), (data, NEEDED_MB_LATER)):
        left = shutil.disk_usage(folder).free // 1_000_000
        if left < least:
            raise Trouble(
                f"Only {left} MB of disk are left at {folder}; {least} MB are needed.",
                "Free some space, or move the data with LINLI_DATA=/elsewhere.",
            )


def has_everything(*, for_tests: bool) -> bool:
    """Whether nothing must be installed on the machine."""
    return not _missing(for_tests=for_tests)


def _missing(*, for_tests: bool) -> list[Need]:
    needs = [VENV_NEED] if not VENV.exists() else []
    needs += [GETTEXT, FONT]
    if not own_database_url():
        needs.append(DATABASE)
    if for_tests:
        needs += [BROWSER, BROKER]
    return [need for need in needs if not need.is_there()]


def ensure_packages(*, for_tests: bool) -> None:
    """Install what is missing with apt-get when allowed, else name the command."""
    missing = _missing(for_tests=for_tests)
    if not missing:
        return
    names = ", ".join(need.name for need in missing)
    say(f"Missing on this machine: {names}.")
    _apt_install(missing)
    if still := [need.name for need in missing if not need.is_there()]:
        raise Trouble(
            f"apt-get ended well, yet still missing: {', '.join(still)}.",
            "Install it by hand and start again.",
        )


def _apt_install(missing: list[Need]) -> None:
    if shutil.which("apt-get") is None:
        raise Trouble(
            f"This machine has no apt-get to install {', '.join(n.name for n in missing)}.",
            "Install them with your system's own tool and start again. A PostgreSQL in an unusual "
            "place is named with LINLI_PG_BIN; a server elsewhere with LINLI_DATABASE_URL.",
        )
    prefix = _root_prefix()
    if prefix is None:
        names = " ".join(package for need in missing for package in need.packages())
        raise Trouble(
            "These can only be installed by root, and sudo is not at hand.",
            f"Let somebody run:  apt-get update && apt-get install --no-install-recommends {names}",
        )
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    with step("Asking apt what there is"):
        quietly(
            [*prefix, "apt-get", "-o", "DPkg::Lock::Timeout=120", "update"],
            doing="apt-get update",
            log=setup_log(),
            environment=environment,
        )
    packages = [package for need in missing for package in need.packages()]
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "install", "--yes"]
    with step(f"Installing {' '.join(packages)}"), _no_cluster_of_debians_own(prefix):
        quietly(
            [*prefix, *command, "--no-install-recommends", *packages],
            doing="apt-get install",
            log=setup_log(),
            environment=environment,
            remedy="Repair apt first (apt-get --fix-broken install) and start again.",
        )


def _root_prefix() -> list[str] | None:
    """What to put before a command that needs root; None when root is out of reach."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    silent = subprocess.run(
        ["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if silent.returncode == 0:
        return ["sudo", "-n"]
    return ["sudo"] if sys.stdin.isatty() else None


@contextmanager
def _no_cluster_of_debians_own(prefix: list[str]) -> Iterator[None]:
    """Debian makes and starts a server on port 5432 with its package; Linli has no use for it."""
    note = Path("/etc/postgresql-common/createcluster.d/linli.conf")
    if note.parent.parent.exists():  # PostgreSQL is known here: leave its rules alone
        yield
        return
    write = f"mkdir -p {note.parent} && echo create_main_cluster = false > {note}"
    subprocess.run([*prefix, "sh", "-c", write], check=False)
    try:
        yield
    finally:
        subprocess.run([*prefix, "rm", "-f", note], check=False)


def node_is_new_enough(version: str) -> bool:
    """Whether Vite 8 runs on this Node.js; `version` as `node --version` prints it."""
    found = re.match(r"v(\d+)\.(\d+)", version)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    (old_major, old_minor), newer = OLDEST_NODE
    return (major == old_major and minor >= old_minor) or (major, minor) >= newer


def system_node() -> Path | None:
    """The folder of a Node.js that is new enough and has npm beside it or on the path."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    try:
        version = subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError:
        return None
    return Path(node).parent if node_is_new_enough(version) else None
