"""A broker of MQTT that a bench has to itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def start_broker(folder: Path, port: int, *settings: str) -> subprocess.Popen[bytes]:
    """Mosquitto on a port of this machine, for everybody there; it keeps every message. `settings`
    are further lines of its configuration, which is written into `folder`."""
    program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise SystemExit("mosquitto is missing: apt-get install mosquitto")
    lines = (
        f"listener {port} 127.0.0.1", "allow_anonymous true", "max_queued_messages 0", *settings,
        "user root",
    )  # fmt: skip
    configuration = folder / "mosquitto.conf"
    configuration.write_text("".join(f"{line}\n" for line in lines))
    return subprocess.Popen([program, "-c", str(configuration)], stderr=subprocess.DEVNULL)
