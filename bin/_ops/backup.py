"""`bin/linli backup` and `bin/linli restore`: database and files in one archive.

The archive is a tar of manifest.json, database.dump (pg_dump's custom format) and files/. The
keys of sealed personal fields stay out unless asked for: whoever holds archive and keys reads all.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from _ops import django, postgres
from _ops.cluster import DATABASE, OWNER, Cluster
from _ops.places import data_folder, files_folder, own_database_url, seal_keys_file
from _ops.say import Trouble, disk_trouble, remedy_for, say, step

FORMAT = 1
IS_EMPTY = """SELECT NOT EXISTS (
    SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND n.nspname NOT LIKE 'pg_toast%' AND NOT EXISTS (
        SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))"""


@dataclass(frozen=True)
class Manifest:
    """What an archive holds, to be checked before anything is restored."""

    format: int
    made_at: str
    server_version: str
    postgis_version: str
    migrations: int
    dump_sha256: str
    files: int
    files_bytes: int
    with_keys: bool


def backup(url: str, arguments: list[str]) -> int:
    """Write one archive, whole or not at all, readable by its owner alone."""
    parser = argparse.ArgumentParser(prog="bin/linli backup")
    parser.add_argument(
        "archive", nargs="?", type=Path, help="default: backups/ in the data folder"
    )
    parser.add_argument(
        "--with-keys", action="store_true", help="put the keys of sealed personal fields in as well"
    )
    options = parser.parse_args(arguments)
    if django.ask(url, IS_EMPTY) == ["True"]:
        raise Trouble("The database is empty: there is nothing to back up.")
    target = options.archive or _default_archive()
    if target.exists():
        raise Trouble(f"{target} exists already.", "Name another archive, or move that one away.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as scratch:
            half = Path(scratch) / "archive.tar"
            _write_archive(url, half, Path(scratch), with_keys=options.with_keys)
            half.chmod(0o600)
            half.rename(target)
    except OSError as error:
        raise disk_trouble(error, "Writing the archive") from error
    say(f"{target} ({target.stat().st_size / 1e6:.1f} MB)")
    if not options.with_keys:
        say(
            f"Keep {seal_keys_file()} elsewhere too: sealed personal fields cannot be read without."
        )
    if os.environ.get("LINLI_S3_BUCKET"):
        say("Files are on S3-compatible storage: they are not in the archive.")
    return 0


def _default_archive() -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return data_folder() / "backups" / f"linli-{stamp}.tar"


def _write_archive(url: str, half: Path, scratch: Path, *, with_keys: bool) -> None:
    dump = scratch / "database.dump"
    with step("Dumping the database"):
        _tool("pg_dump", "--format=custom", "--no-owner", "--no-acl", "--file", str(dump), url)
    version, postgis, migrations = django.ask(
        url,
        """SELECT current_setting('server_version'),
             (SELECT extversion FROM pg_extension WHERE extname = 'postgis'),
             (SELECT count(*) FROM django_migrations)""",
    )
    files = files_folder()
    listed = [path for path in files.rglob("*") if path.is_file()] if files.is_dir() else []
    manifest = Manifest(
        format=FORMAT,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        server_version=version,
        postgis_version=postgis,
        migrations=int(migrations),
        dump_sha256=_sha256(dump),
        files=len(listed),
        files_bytes=sum(path.stat().st_size for path in listed),
        with_keys=with_keys,
    )
    (scratch / "manifest.json").write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    with step(f"Packing the database and {len(listed)} files"), tarfile.open(half, "w") as tar:
        tar.add(scratch / "manifest.json", "manifest.json")
        tar.add(dump, "database.dump")
        for path in listed:
            tar.add(path, f"files/{path.relative_to(files)}", recursive=False)
        if with_keys:
            tar.add(seal_keys_file(), "seal_keys.json")


def restore(url: str, arguments: list[str]) -> int:
    """Read an archive back. What was there before is kept until everything new is in place."""
    parser = argparse.ArgumentParser(prog="bin/linli restore")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--replace", action="store_true", help="even if there is data already")
    options = parser.parse_args(arguments)
    _refuse_if_unsafe(url, replace=options.replace)
    data_folder().mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=data_folder()) as scratch:
            _restore_from(url, options.archive, Path(scratch), replace=options.replace)
    except (OSError, tarfile.TarError) as error:
        if isinstance(error, OSError) and not isinstance(error, tarfile.TarError):
            raise disk_trouble(error, f"Reading {options.archive}") from error
        raise Trouble(f"{options.archive} is not a whole archive: {error}.") from error
    say("Restored. bin/run brings older tables up to date.")
    return 0


def _refuse_if_unsafe(url: str, *, replace: bool) -> None:
    (empty,) = django.ask(url, IS_EMPTY)
    if empty != "True" and not replace:
        raise Trouble(
            "The database is not empty, so nothing was restored.",
            "To throw away what is there: bin/linli restore --replace ARCHIVE",
        )
    if empty != "True" and own_database_url():
        raise Trouble(
            "Linli does not empty a database that is not its own.",
            "Drop and create the database of LINLI_DATABASE_URL yourself, then restore into it.",
        )
    files = files_folder()
    if files.is_dir() and any(files.iterdir()) and not replace:
        raise Trouble(
            f"{files} holds files already, so nothing was restored.",
            "To replace them as well: bin/linli restore --replace ARCHIVE",
        )
    (others,) = django.ask(
        url,
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'",
    )
    if others != "0":
        raise Trouble(f"{others} connections use the database.", "Stop bin/run and start again.")


def _restore_from(url: str, archive: Path, scratch: Path, *, replace: bool) -> None:
    with step(f"Unpacking {archive}"), tarfile.open(archive) as tar:
        _unpack(tar, scratch)
    manifest = _read_manifest(scratch)
    dump = scratch / "database.dump"
    if not dump.exists() or _sha256(dump) != manifest.dump_sha256:
        raise Trouble(f"{archive} is damaged: its database is not what its manifest names.")
    if own_database_url():
        _load(dump, url, scratch)
    else:
        _load_and_swap(dump, scratch)
    _swap_files(scratch / "files", replace=replace)
    _place_keys(scratch / "seal_keys.json", with_keys=manifest.with_keys)


def _place_keys(unpacked: Path, *, with_keys: bool) -> None:
    keys = seal_keys_file()
    if not with_keys:
        if not keys.exists():
            say(f"Put the old {keys.name} at {keys} before bin/run.")
        return
    if keys.exists() and keys.read_bytes() != unpacked.read_bytes():
        kept = keys.with_name(f"{keys.name}.replaced")
        keys.replace(kept)
        say(f"The keys that were here are now in {kept}.")
    shutil.copyfile(unpacked, keys)
    keys.chmod(0o600)


def _unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """Plain files with plain names only. Debian 12's tarfile has no filter of its own yet."""
    for member in tar:
        target = (folder / member.name).resolve()
        source = tar.extractfile(member) if member.isreg() else None
        if source is None or not target.is_relative_to(folder.resolve()):
            raise tarfile.TarError(f"“{member.name}” has no place in it")
        target.parent.mkdir(parents=True, exist_ok=True)
        with source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        target.chmod(0o600)


def _read_manifest(scratch: Path) -> Manifest:
    try:
        manifest = Manifest(**json.loads((scratch / "manifest.json").read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise Trouble("The archive has no manifest that can be read.") from error
    if manifest.format != FORMAT:
        raise Trouble(f"The archive is of form {manifest.format}; this version reads {FORMAT}.")
    return manifest


def _load_and_swap(dump: Path, scratch: Path) -> None:
    """Into a new database first; it takes the old one's name when it is whole."""
    cluster = Cluster(data_folder())
    fresh = f"{DATABASE}_restored"
    cluster.ask(f"DROP DATABASE IF EXISTS {fresh}")
    cluster.ask(f"CREATE DATABASE {fresh} OWNER {OWNER}")
    _load(dump, cluster.url(database=fresh), scratch)
    cluster.ask(f"DROP DATABASE {DATABASE}")
    cluster.ask(f"ALTER DATABASE {fresh} RENAME TO {DATABASE}")


def _load(dump: Path, url: str, scratch: Path) -> None:
    contents = _tool("pg_restore", "--list", str(dump)).splitlines()
    # Extensions are there already, with their tables; only a superuser could make or fill them.
    extra = (" EXTENSION ", " SCHEMA - public ", " TABLE DATA public spatial_ref_sys ")
    kept = [line for line in contents if not any(words in line for words in extra)]
    chosen = scratch / "contents"
    chosen.write_text("\n".join(kept) + "\n")
    with step("Restoring the database"):
        _tool(
            *("pg_restore", "--no-owner", "--no-acl", "--exit-on-error", "--jobs", "2"),
            *("--use-list", str(chosen), "--dbname", url, str(dump)),
        )


def _swap_files(unpacked: Path, *, replace: bool) -> None:
    files = files_folder()
    files.parent.mkdir(parents=True, exist_ok=True)
    old = files.with_name(f"{files.name}.replaced")
    if files.exists() and replace:
        shutil.rmtree(old, ignore_errors=True)
        files.rename(old)
    if unpacked.is_dir():
        if files.exists():
            files.rmdir()
        shutil.move(unpacked, files)
    shutil.rmtree(old, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tool(program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs; what it printed. Raises Trouble with its words."""
    if own_database_url():
        found = postgres.installation()
        path = found.program(program) if found else shutil.which(program)
    else:
        path = Cluster(data_folder()).installation.program(program)
    if path is None:
        raise Trouble(f"{program} is not installed.", "apt-get install postgresql-client")
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        words = done.stderr.strip()
        raise Trouble(f"{program} failed: {words[-800:]}", remedy_for(words))
    return done.stdout
