"""The private PostgreSQL cluster: in the data folder, on a socket only, as an unprivileged user.

It is shared by everything started on the same data folder. Each user holds a shared lock on
`cluster.users`; the last one to leave stops the server. Locks vanish with their process, so a
kill -9 of everything leaves nothing to clean up but a running or crashed server, which the next
start adopts or recovers.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from _ops import postgres, tuning
from _ops.places import data_folder, own_database_url
from _ops.say import Trouble, die_with_parent, disk_trouble, quietly, remedy_for, say, step
from _ops.stamps import alone

LONGEST_SOCKET_FOLDER = 90  # a socket's whole path must stay below 108 bytes
ELSEWHERE = Path("/var/lib/linli")
OWNER, DATABASE = "linli", "linli"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
START_S, STOP_S = 600, 60


@dataclass(frozen=True)
class Runner:
    """The unprivileged account that the server runs as."""

    name: str
    uid: int
    gid: int

    def prefix(self) -> list[str]:
        """What to put before a command so that this account runs it."""
        if os.geteuid() == self.uid:
            return []
        return [
            *("setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--init-groups", "--"),
        ]


def runner_for(folder: Path) -> Runner:
    """The owner of an existing cluster, else this account, else (for root) `postgres`."""
    try:
        owner = folder.stat().st_uid
    except OSError:
        owner = None
    if owner not in {None, 0}:
        if os.geteuid() not in {0, owner}:
            raise Trouble(
                f"{folder} belongs to another account ({_account_name(owner)}).",
                "Start as that account or as root, or use another folder: LINLI_DATA=/elsewhere.",
            )
        return _runner(pwd.getpwuid(owner))
    if os.geteuid() != 0:
        return _runner(pwd.getpwuid(os.geteuid()))
    for name in ("postgres", "linli"):
        try:
            return _runner(pwd.getpwnam(name))
        except KeyError:
            continue
    raise Trouble(
        "PostgreSQL refuses to run as root, and there is no account “postgres” or “linli”.",
        "Make one: useradd --system --no-create-home --shell /usr/sbin/nologin linli",
    )


def _account_name(uid: int | None) -> str:
    try:
        return pwd.getpwuid(uid or 0).pw_name
    except KeyError:
        return f"uid {uid}"


def _runner(entry: pwd.struct_passwd) -> Runner:
    return Runner(entry.pw_name, entry.pw_uid, entry.pw_gid)


class Cluster:
    """The private cluster of one data folder (`LINLI_DATA`)."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.pointer = data / "cluster_folder"
        self.lock = data / "cluster.lock"
        self.users = data / "cluster.users"

    # -- where ---------------------------------------------------------------------------------
    @cached_property
    def home(self) -> Path:
        """The folder that holds the cluster and its socket; chosen once, then remembered."""
        if self.pointer.exists():
            return self.data / self.pointer.read_text().strip()  # relative, or absolute as it is
        home = self._choose_home()
        try:
            half = self.pointer.with_name("cluster_folder.new")
            inside = home.is_relative_to(self.data)
            half.write_text(f"{home.relative_to(self.data) if inside else home}\n")
            half.replace(self.pointer)
        except OSError as error:
            raise disk_trouble(error, f"Writing {self.pointer}") from error
        return home

    def _choose_home(self) -> Path:
        near = self.data / "postgres"
        runner = runner_for(near)
        if _make_private_folder(near, runner):
            return near
        # The server's account cannot pass a folder above (a clone below /root, say).
        with suppress(OSError):
            near.rmdir()
        far = ELSEWHERE / hashlib.sha256(str(self.data).encode()).hexdigest()[:16]
        say(f"{runner.name} may not enter {self.data}: the database goes to {far} instead.")
        try:
            ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError as error:
            raise disk_trouble(error, f"Making {ELSEWHERE}") from error
        if not _make_private_folder(far, runner):
            raise Trouble(
                f"{runner.name} can write neither in {near} nor in {far}.",
                f"Put the data where {runner.name} may enter: LINLI_DATA=/srv/linli",
            )
        return far

    @property
    def pgdata(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.home / "data"

    @cached_property
    def runner(self) -> Runner:
        """The account the server runs as."""
        return runner_for(self.home)

    @cached_property
    def installation(self) -> postgres.Installation:
        """The PostgreSQL that made this cluster, or the newest one for a new cluster."""
        try:
            major = int((self.pgdata / "PG_VERSION").read_text())
        except (OSError, ValueError):
            major = None
        found = postgres.installation(major)
        if found is None:
            which = major or f"{postgres.OLDEST} or newer"
            raise Trouble(
                f"PostgreSQL {which} with PostGIS is not installed, and {self.pgdata} needs it.",
                f"apt-get install postgresql-{major or postgres.OLDEST}-postgis-3",
            )
        return found

    # -- whether -------------------------------------------------------------------------------
    def processes(self) -> list[int]:
        """Every running process of this cluster, known by its program and its working folder."""
        here, found = str(self.pgdata), []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                folder, program = os.readlink(entry / "cwd"), os.readlink(entry / "exe")
            except OSError:
                continue
            if folder == here and Path(program.removesuffix(" (deleted)")).name == "postgres":
                found.append(int(entry.name))
        return sorted(found)

    def postmaster(self) -> int | None:
        """This cluster's server, or None. A stranger with a reused id is not taken for it."""
        try:
            pid = int((self.pgdata / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return pid if pid in self.processes() else None

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket, as the running server says, else as it will be."""
        if self.postmaster():
            try:
                return Path((self.pgdata / "postmaster.pid").read_text().split("\n")[4])
            except (OSError, IndexError):
                pass
        near = self.home / "socket"
        if len(os.fsencode(near)) <= LONGEST_SOCKET_FOLDER:
            return near
        return self._short_socket_folder()

    def _short_socket_folder(self) -> Path:
        note = self.data / "socket_folder"
        if note.exists():
            kept = Path(note.read_text().strip())
            if _is_private(kept, self.runner):
                return kept
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
        if not _is_private(base, self.runner) or len(os.fsencode(base)) > 60:
            base = Path("/tmp")  # noqa: S108  mkdtemp makes an unguessable folder of mode 700 in it
        made = Path(tempfile.mkdtemp(prefix="linli-", dir=base))
        if os.geteuid() == 0:
            os.chown(made, self.runner.uid, self.runner.gid)
        note.write_text(f"{made}\n")
        return made

    def url(self, *, database: str = DATABASE, user: str = OWNER) -> str:
        """The libpq address of a database in this cluster."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket_folder), safe='')}"

    # -- doing ---------------------------------------------------------------------------------
    def start(self) -> None:
        """Make sure the server runs and holds the database. Call with `self.lock` held."""
        self._create()
        if self.postmaster():
            self._wait_until_it_answers()
        else:
            self._clear_what_a_crash_left()
            self._configure()
            self._launch()
        self._ensure_database()

    def stop(self) -> None:
        """Stop the server if it runs; connections are ended, nothing committed is lost."""
        if self.postmaster() is None:
            return
        command = self._as_runner("pg_ctl", "-D", str(self.pgdata), "-m", "fast", "-w")
        subprocess.run(
            [*command, "-t", str(STOP_S), "stop"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd="/",
            check=False,
        )

    def _as_runner(self, program: str, *arguments: str) -> list[str]:
        return [*self.runner.prefix(), self.installation.program(program), *arguments]

    def _create(self) -> None:
        if (self.pgdata / "linli.conf").exists():
            return
        if self.pgdata.exists():  # an earlier initdb was interrupted: its marker is missing
            if self.processes():
                raise Trouble(
                    f"A server runs in the half-made {self.pgdata}.",
                    "Stop it, remove that folder and start again.",
                )
            shutil.rmtree(self.pgdata)
        half = self.home / "data.new"
        if half.exists():
            shutil.rmtree(half)
        with step(f"Making a private PostgreSQL {self.installation.major} cluster in {self.home}"):
            quietly(
                [
                    *self._as_runner("initdb", "-D", str(half), "-U", "postgres", "-E", "UTF8"),
                    *("--locale=C.UTF-8", "--auth=trust", "--no-instructions"),
                ],
                doing="initdb",
                log=self.data / "log" / "setup.log",
                folder=Path("/"),
            )
            with (half / "postgresql.conf").open("a") as file:
                file.write("\ninclude 'linli.conf'  # written by bin/run at each start\n")
                file.write("include_if_exists 'own.conf'  # yours; wins\n")
            (half / "pg_hba.conf").write_text(
                "# The socket's folder is open to its owner alone.\nlocal all all trust\n"
            )
            self._write_as_runner(half / "linli.conf", "")
            half.rename(self.pgdata)

    def _write_as_runner(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(path, self.runner.uid, self.runner.gid)

    def _configure(self) -> None:
        folder = self.socket_folder
        if not _make_private_folder(folder, self.runner):
            raise Trouble(f"{self.runner.name} cannot use {folder} for its socket.")
        try:
            self._write_as_runner(self.pgdata / "linli.conf", tuning.configuration(folder))
        except OSError as error:
            raise disk_trouble(error, "Writing the database's configuration") from error

    def _clear_what_a_crash_left(self) -> None:
        """Back ends of a killed server end by themselves; then its lock files are stale.

        PostgreSQL would refuse to start where the process id in them now belongs to a stranger.
        """
        deadline = time.monotonic() + 10
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        for pid in left:
            try:
                os.kill(pid, 15)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + 10
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        if stubborn := self.processes():
            raise Trouble(
                f"Processes {stubborn} of a crashed server still hold {self.pgdata}.",
                "End them (kill -9) and start again.",
            )
        (self.pgdata / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.socket_folder.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)

    def _launch(self) -> None:
        start_log = self.home / "start.log"
        command = self._as_runner(
            "pg_ctl", "-D", str(self.pgdata), "-l", str(start_log), "-s", "-w"
        )
        try:
            start_log.unlink(missing_ok=True)
            done = subprocess.run(
                [*command, "-t", str(START_S), "start"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                check=False,
                start_new_session=True,
            )
        except OSError as error:
            raise disk_trouble(error, "Starting the database") from error
        if done.returncode:
            raise self._failed_start(start_log)

    def _failed_start(self, start_log: Path) -> Trouble:
        logs = [start_log, *sorted((self.pgdata / "log").glob("*.log"), key=os.path.getmtime)[-1:]]
        said = "\n".join(log.read_text(errors="replace") for log in logs if log.exists()).strip()
        tail = "\n".join(f"  | {line}" for line in said.splitlines()[-10:])
        return Trouble(
            f"The private database did not start. Its last words:\n{tail}",
            remedy_for(said) or f"Its log is in {self.pgdata / 'log'}.",
        )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_S
        while subprocess.run(
            [self.installation.program("pg_isready"), "-q", "-h", str(self.socket_folder)],
            check=False,
        ).returncode:
            if self.postmaster() is None or time.monotonic() > deadline:
                raise Trouble(
                    "The private database runs but does not answer.",
                    f"See its log in {self.pgdata / 'log'}, or stop it and start again.",
                )
            time.sleep(0.2)

    def ask(self, sql: str, *, database: str = "postgres", user: str = "postgres") -> str:
        """What psql prints for `sql`, without headings. Raises Trouble with the server's words."""
        done = subprocess.run(
            [
                *(self.installation.program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1"),
                *("-d", self.url(database=database, user=user), "-c", sql),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        if done.returncode:
            words = done.stderr.strip()
            raise Trouble(f"The database refused: {words}", remedy_for(words))
        return done.stdout.strip()

    def _ensure_database(self) -> None:
        if self.ask(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"):
            return
        # In template1, so that the tests' databases have them without a superuser.
        create = [f"CREATE EXTENSION IF NOT EXISTS {name}" for name in EXTENSIONS]
        self.ask("; ".join(create), database="template1")
        if not self.ask(f"SELECT 1 FROM pg_roles WHERE rolname = '{OWNER}'"):
            self.ask(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
        self.ask(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")


def _make_private_folder(folder: Path, runner: Runner) -> bool:
    """Make `folder` (mode 700) for `runner` and say whether that account can work in it."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, runner.uid, runner.gid)
        folder.chmod(0o700)
    except FileNotFoundError:
        return False
    except OSError as error:
        if os.geteuid() == 0:  # a file system that knows no owners
            return False
        raise disk_trouble(error, f"Making {folder}") from error
    check = [*runner.prefix(), "/bin/sh", "-c", 'cd "$1" && : > .probe && rm .probe', "sh"]
    tried = subprocess.run(
        [*check, str(folder)], cwd="/", capture_output=True, check=False, preexec_fn=die_with_parent
    )
    return tried.returncode == 0


def _is_private(folder: Path, runner: Runner) -> bool:
    """Whether `folder` is a real folder that only `runner` may enter."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == runner.uid
        and not stat.S_IMODE(found.st_mode) & 0o077
    )


@contextmanager
def database() -> Iterator[str]:
    """The address of the database while inside: one's own, or the private cluster's, started.

    The cluster is stopped on the way out when nobody else uses it.
    """
    if own := own_database_url():
        yield own
        return
    cluster = Cluster(data_folder())
    with alone(cluster.lock, "Starting the database"):
        users = os.open(cluster.users, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(users, fcntl.LOCK_SH)
        if cluster.postmaster() is None:
            say("Starting the private database …")
        try:
            cluster.start()
        except BaseException:
            _stop_if_last(cluster, users)
            raise
    try:
        yield cluster.url()
    finally:
        _leave(cluster, users)


def _leave(cluster: Cluster, users: int) -> None:
    with alone(cluster.lock, "Stopping the database"):
        _stop_if_last(cluster, users)


def _stop_if_last(cluster: Cluster, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still works with it
    else:
        cluster.stop()
    finally:
        os.close(users)
