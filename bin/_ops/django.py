"""Calling Django's commands with the right environment, and asking the database about itself."""

import os
import subprocess
from collections.abc import Mapping, Sequence

from _ops.places import MANAGE, PYTHON, SOURCE, VENV, data_folder, events_port, web_port
from _ops.say import Trouble, die_with_parent, remedy_for


def program_environment(url: str, **more: str) -> dict[str, str]:
    """What every process of Linli gets to know from its environment."""
    return {
        **os.environ,
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "DJANGO_SETTINGS_MODULE": "linli.config.settings",
        "LINLI_DATABASE_URL": url,
        "LINLI_DATA": str(data_folder()),
        "LINLI_PORT": str(web_port()),
        "LINLI_EVENTS_PORT": str(events_port()),
        "PYTHONUNBUFFERED": "1",
        # One heap for all threads: what each kept for itself cost a web process nine megabytes,
        # and Python's threads take turns anyway.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "1"),
        **more,
    }


def commands() -> list[str]:
    """The Django commands that Linli's packages bring, with underscores, by name."""
    found = (SOURCE / "linli").glob("*/management/commands/[a-z]*.py")
    return sorted({path.stem for path in found})


def has_command(name: str) -> bool:
    """Whether a package of Linli brings the Django command `name` (with underscores)."""
    return name in commands()


def call(arguments: Sequence[str], *, environment: Mapping[str, str]) -> int:
    """Run `manage.py arguments…` in the foreground and the caller's folder; its exit code."""
    return subprocess.run(
        [PYTHON, MANAGE, *arguments],
        env=dict(environment),
        check=False,
        preexec_fn=die_with_parent,
    ).returncode


# Runs in the virtual environment: psycopg speaks to any server, with or without a local client.
ASK = """
import sys, psycopg
try:
    with psycopg.connect(sys.argv[1], autocommit=True, connect_timeout=10) as connection:
        cursor = connection.execute(sys.argv[2])
        row = cursor.fetchone() if cursor.description else None
        print("\\x1f".join("" if cell is None else str(cell) for cell in row or ()))
except psycopg.Error as error:
    sys.exit(str(error).strip())
"""


def ask(url: str, sql: str) -> list[str]:
    """The first row that `sql` gives, as text. Raises Trouble with the server's words."""
    done = subprocess.run(
        [PYTHON, "-c", ASK, url, sql],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = done.stderr.strip()
        raise Trouble(
            f"The database did not answer: {words}",
            remedy_for(words) or "Check LINLI_DATABASE_URL and that the server runs.",
        )
    return done.stdout.removesuffix("\n").split("\x1f")
