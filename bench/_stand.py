"""A whole Linli of its own in a temporary folder: its database, web, events and worker.

It is started by the code of `bin/run` (without its set-up) and leaves nothing behind.
`python -m bench._stand` is the part that serves.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "bin")]

from _ops import cluster, database, run  # noqa: E402
from _ops.say import die_with_parent  # noqa: E402
from bench._program import free_port  # noqa: E402

START_S = 90


class Stand:
    """The running program: what can be asked of it, and what can be done to it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.letters, self.log = folder / "letters", folder / "log"
        self.server = cluster.Cluster(folder / "var")
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """Of the program: no demo, no limits on one address, letters into a file."""
        return os.environ | {
            "LINLI_DATA": str(self.folder / "var"),
            "LINLI_PORT": str(self.port),
            "LINLI_EVENTS_PORT": str(free_port()),
            "LINLI_PUBLIC_REPORTS_PER_HOUR": "10000000",
            "LINLI_OPEN311_REPORTS_PER_HOUR": "10000000",
            "LINLI_WORKORDERS_PER_HOUR": "10000000",
            "LINLI_PUBLIC_ORIGIN": f"http://localhost:{self.port}",
            "LINLI_EMAIL_BACKEND": "bench._letters.Backend",
            "LINLI_SMS_CARRIER": "bench._letters.Texts",
            "LINLI_BENCH_LETTERS": str(self.letters),
            "LINLI_OUTBOUND_HOSTS": "127.0.0.1",
            "LINLI_LOG_LEVEL": "CRITICAL",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }

    def serve(self) -> None:
        """Start web, events and worker, and wait for the first page."""
        hidden = {"LINLI_DATABASE_URL"}  # the part that serves finds the cluster by its folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench._stand"],
            env={k: v for k, v in os.environ.items() if k not in hidden},
            cwd=ROOT, stdout=self.log.open("ab"), stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,  # noqa: PLW1509  nothing else runs here yet
        )  # fmt: skip
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), 1),
            ):
                return
            time.sleep(0.1)
        said = self.log.read_text(errors="replace")[-3000:]
        raise SystemExit(f"The program did not start:\n{said}")

    def stop(self) -> None:
        """End what `serve` started."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(40)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    # -- what is done to it ------------------------------------------------------------------
    def kill_worker(self) -> None:
        """SIGKILL, in the middle of whatever it does; the supervisor starts another."""
        pid = self._worker()
        if pid is None:
            raise SystemExit("There is no worker to be killed.")
        os.kill(pid, signal.SIGKILL)

    def _worker(self, seconds: float = 20) -> int | None:
        """The worker among the children of the part that serves; waits for one being started."""
        assert self.process is not None
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for entry in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError, IndexError):
                    parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    if int(parent) == self.process.pid and b"procrastinate" in words:
                        return int(entry.name)
            time.sleep(0.1)
        return None

    def restart_database(self) -> None:
        """Every connection is cut, nothing is written out; it recovers from its log."""
        program = self.server.installation.program("pg_ctl")
        command = [*self.server.runner.prefix(), program, "-D", str(self.server.pgdata)]
        subprocess.run(
            [*command, "-s", "-w", "-m", "immediate", "-l", str(self.server.home / "start.log"),
             "restart"],
            cwd="/", check=True, start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip


@contextlib.contextmanager
def standing() -> Iterator[Stand]:
    """The cluster with the tables in it, this process's Django on it; nothing served yet."""
    folder = Path(tempfile.mkdtemp(prefix="linli-doors-"))
    folder.chmod(0o755)  # so that the server's own account may enter it
    (folder / "var").mkdir()
    stand = Stand(folder, free_port())
    os.environ.pop("LINLI_DATABASE_URL", None)
    os.environ.update(stand.environment())
    try:
        with cluster.database() as url:
            database.migrate(url)
            os.environ["LINLI_DATABASE_URL"] = stand.url = url
            os.environ["DJANGO_SETTINGS_MODULE"] = "linli.config.settings"
            import django

            django.setup()
            try:
                yield stand
            finally:
                stand.stop()
                from django.db import connections

                connections.close_all()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with cluster.database() as _url:
        raise SystemExit(run.serve(_url))
