"""The bench's own database, on the server of LINLI_DATABASE_URL; the ordinary one is not touched.

Call `use()` before anything of Django's is imported.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
GB = 1024**3


class Trouble(SystemExit):
    """A sentence for the person at the terminal; the program ends with it."""


def name() -> str:
    """Of the bench's database: LINLI_BENCH_DB, or linli_bench."""
    return os.environ.get("LINLI_BENCH_DB", "linli_bench")


def use(*, make: bool = False) -> str:
    """Point this process and its children to the bench's database; with `make` it may be new.

    Returns its connection string and sets Django up.
    """
    ordinary = os.environ.get("LINLI_DATABASE_URL", "postgresql:///linli")
    parts = conninfo_to_dict(ordinary)
    own = make_conninfo(ordinary, dbname=name())
    if parts.get("dbname") != name():
        with psycopg.connect(ordinary, autocommit=True) as server:
            there = server.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [name()]
            ).fetchone()
            if there is None and not make:
                raise Trouble(f"There is no database {name()}. bin/linli bench load makes it.")
            if there is None:
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name())))
    elif os.environ.get("LINLI_BENCHING") != own:
        raise Trouble(f"{name()} is the ordinary database. Set LINLI_BENCH_DB to another name.")
    os.environ["LINLI_DATABASE_URL"] = os.environ["LINLI_BENCHING"] = own
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.config.settings")
    os.environ.setdefault("LINLI_LOG_LEVEL", "WARNING")
    import django

    django.setup()
    if make:
        _migrate(own)
    return own


def _migrate(url: str) -> None:
    from django.core.management import call_command

    with psycopg.connect(url, autocommit=True) as own:
        for extension in EXTENSIONS:
            own.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            )
    call_command("migrate", verbosity=0, interactive=False)


def drop() -> None:
    """Remove the bench's database, if it is there."""
    ordinary = os.environ.get("LINLI_DATABASE_URL", "postgresql:///linli")
    if conninfo_to_dict(ordinary).get("dbname") == name():
        raise Trouble(f"{name()} is the ordinary database. Set LINLI_BENCH_DB to another name.")
    with psycopg.connect(ordinary, autocommit=True) as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name()))
        )


def require_room(connection: psycopg.Connection, *, needed: int) -> None:
    """Refuse with a sentence when the server's disk has not `needed` bytes (and a reserve) left."""
    folder = _data_folder(connection)
    if folder is None:
        print("The server's disk cannot be seen from here: its room is not checked.")
        return
    free = shutil.disk_usage(folder).free
    if free < needed + 2 * GB:
        raise Trouble(
            f"This needs about {needed / GB:.1f} GB (and 2 GB in reserve) on the disk of {folder}, "
            f"where {free / GB:.1f} GB are free. Make room, or load fewer cases."
        )


def _data_folder(connection: psycopg.Connection) -> Path | None:
    """Where the server keeps its data, if that is on this machine and may be known."""
    try:
        found = connection.execute(
            "SELECT setting FROM pg_settings WHERE name = 'data_directory'"
        ).fetchone()
    except psycopg.Error:
        found = None
    host = connection.info.host
    here = host == "" or host.startswith("/")
    for folder in (found[0] if found else None, host if host.startswith("/") else None):
        if here and folder and Path(folder).exists():
            return Path(folder)
    return None


sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
