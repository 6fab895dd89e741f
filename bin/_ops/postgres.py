"""Finding PostgreSQL with PostGIS on this machine."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from _ops.say import Trouble

OLDEST = 15


@dataclass(frozen=True)
class Installation:
    """One installed PostgreSQL: its major version and the folder of its programs."""

    major: int
    programs: Path

    def program(self, name: str) -> str:
        """The full path of one of its programs."""
        return str(self.programs / name)


def _share_folder(programs: Path, major: int) -> Path:
    debian = Path(f"/usr/share/postgresql/{major}")
    if debian.is_dir() and programs.is_relative_to("/usr/lib/postgresql"):
        return debian
    said = subprocess.run(
        [programs / "pg_config", "--sharedir"], capture_output=True, text=True, check=False
    )
    return Path(said.stdout.strip() or "/nonexistent")


def _look_at(programs: Path) -> Installation | None:
    """The installation in this folder, if it is new enough and has PostGIS."""
    if not (programs / "initdb").exists():
        return None
    said = subprocess.run(
        [programs / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    found = re.search(r"\) (\d+)", said.stdout)
    if found is None or int(found[1]) < OLDEST:
        return None
    major = int(found[1])
    has_postgis = (_share_folder(programs, major) / "extension" / "postgis.control").exists()
    return Installation(major, programs) if has_postgis else None


def installation(major: int | None = None) -> Installation | None:
    """The newest PostgreSQL ≥ 15 with PostGIS, or the one of `major`. LINLI_PG_BIN comes first."""
    if named := os.environ.get("LINLI_PG_BIN"):
        found = _look_at(Path(named))
        if found is None:
            raise Trouble(
                f"LINLI_PG_BIN={named} holds no PostgreSQL {OLDEST} or newer with PostGIS.",
                "Name the folder of initdb and pg_ctl, or leave it out.",
            )
        return found if major in {None, found.major} else None
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    folders += [Path("/usr/local/pgsql/bin"), *Path("/usr").glob("pgsql-*/bin"), Path("/usr/bin")]
    there = [found for folder in folders if (found := _look_at(folder))]
    fitting = [one for one in there if major in {None, one.major}]
    return max(fitting, key=lambda one: one.major, default=None)


def packages_to_install() -> list[str]:
    """The newest PostgreSQL with PostGIS that apt offers; Debian 12's when apt does not tell."""
    said = subprocess.run(
        ["apt-cache", "search", "--names-only", "^postgresql-[0-9]+-postgis-3$"],
        capture_output=True,
        text=True,
        check=False,
    )
    majors = [int(word) for word in re.findall(r"^postgresql-(\d+)-postgis-3\b", said.stdout, re.M)]
    major = max((m for m in majors if m >= OLDEST), default=OLDEST)
    return [f"postgresql-{major}", f"postgresql-{major}-postgis-3"]
