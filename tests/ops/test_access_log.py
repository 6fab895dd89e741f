"""Where somebody stands is in the address of a phone page, and in no log of the server (P6)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from _ops import run

ROOT = Path(__file__).resolve().parents[2]


def test_the_servers_write_down_no_addresses(tmp_path: Path) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    commands = {one.name: list(one.command) for one in run._processes("postgresql:///nowhere")}
    for name in ("web", "events"):
        assert "--no-access-log" in commands[name]
    command = [*commands["web"][:-1], "tests.ops.answering:application"]
    command[command.index("--port") + 1] = str(port)
    said = tmp_path / "said"
    with said.open("wb") as out:
        server = subprocess.Popen(
            command, stdout=out, stderr=out, cwd=ROOT, start_new_session=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    try:
        assert ask(port) == "lon=121.4737&lat=31.2304"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(15)
    assert "121.4737" not in said.read_text()


def ask(port: int) -> str:
    address = f"http://127.0.0.1:{port}/field/?lon=121.4737&lat=31.2304"
    for _again in range(150):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                text: str = answer.read().decode()
                return text
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")
