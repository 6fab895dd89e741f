"""Bringing a database to the program's state: checks, migrations, the demo."""

import hashlib
from pathlib import Path

from _ops import django
from _ops.environment import RUN_LOCK
from _ops.places import MANAGE, PYTHON, ROOT, SOURCE, data_folder, own_database_url, setup_log
from _ops.say import Trouble, quietly, say, step
from _ops.stamps import digest, is_stamped, write_stamp

OLDEST_SERVER = 150_000
FACTS = """SELECT current_setting('server_version_num'),
    (SELECT datcollate FROM pg_database WHERE datname = current_database()),
    pg_encoding_to_char(encoding),
    (SELECT string_agg(extname, ',') FROM pg_extension)
FROM pg_database WHERE datname = current_database()"""


def check_own(url: str) -> None:
    """Raises Trouble when a database of the operator's own lacks something."""
    version, collation, encoding, extensions = django.ask(url, FACTS)
    if int(version) < OLDEST_SERVER:
        raise Trouble(
            f"The server of LINLI_DATABASE_URL is PostgreSQL {int(version) // 10_000}.",
            "Linli needs PostgreSQL 15 or newer.",
        )
    if encoding != "UTF8" or collation in {"C", "POSIX"}:
        raise Trouble(
            f"The database is {encoding} with the locale {collation}; Chinese search needs UTF-8.",
            "CREATE DATABASE linli ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;",
        )
    missing = {"postgis", "pg_trgm", "btree_gist"} - set(extensions.split(","))
    for name in sorted(missing):
        try:
            django.ask(url, f"CREATE EXTENSION {name}")
        except Trouble as refused:
            raise Trouble(
                f"The database lacks the extension {name}: {refused}",
                f"Let a superuser run in it:  CREATE EXTENSION {name};",
            ) from refused


def _migration_files() -> list[Path]:
    return sorted((SOURCE / "linli").glob("*/migrations/*.py"))


def migration_state(url: str) -> str:
    """What the migrations are, and what the database says it has had of them."""
    had = ["none"]
    if django.ask(url, "SELECT to_regclass('django_migrations') IS NOT NULL") == ["True"]:
        had = django.ask(url, "SELECT count(*), max(id), max(applied) FROM django_migrations")
    names = "\n".join(str(path.relative_to(ROOT)) for path in _migration_files())
    where = hashlib.sha256(url.encode()).hexdigest()
    return digest([*_migration_files(), RUN_LOCK], names, where, *had)


def migrate(url: str) -> None:
    """Apply new migrations. Asks the database alone when it was up to date the last time."""
    stamp = data_folder() / "migrated"
    if is_stamped(stamp, migration_state(url)):
        return
    with step("Bringing the database's tables up to date"):
        quietly(
            [PYTHON, MANAGE, "migrate", "--no-input"],
            doing="Migrating the database",
            log=setup_log(),
            environment=django.program_environment(url),
            folder=ROOT,
            remedy="What the failed migration did was undone; those before it are kept.",
        )
    write_stamp(stamp, migration_state(url))


def load_demo_if_empty(url: str) -> None:
    """The demo city for a database with no account in it; a load that was cut off is taken up."""
    marker = data_folder() / "demo.loading"
    if own_database_url() or not django.has_command("demo"):
        return
    cut_off = marker.exists()
    (empty,) = django.ask(url, "SELECT NOT EXISTS (SELECT 1 FROM staff_user)")
    if empty != "True" and not cut_off:
        return
    marker.touch()
    say("The demo was not finished the last time: going on." if cut_off else "Loading the demo …")
    if django.call(["demo", "--first"], environment=django.program_environment(url)):
        raise Trouble(
            "Loading the demo failed; its words are above.",
            "Start again to go on, or start without it: LINLI_DEMO=0 bin/run",
        )
    (data_folder() / "demo.filling").touch()  # the rest comes while the program runs
    marker.unlink(missing_ok=True)
