"""Where things live, and the LINLI_* variables that move them (docs/howto/operate.md)."""

import os
from pathlib import Path

from _ops.say import Trouble

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILT = ROOT / "build" / "web"
MANAGE = ROOT / "manage.py"
HIGHEST_PORT = 65_535


def data_folder() -> Path:
    """LINLI_DATA, or var/ in the clone: database, files, keys, logs, backups."""
    return Path(os.environ.get("LINLI_DATA") or ROOT / "var").expanduser().absolute()


def files_folder() -> Path:
    """LINLI_FILES, or files/ in the data folder: what people uploaded."""
    return Path(os.environ.get("LINLI_FILES") or data_folder() / "files").expanduser().absolute()


def seal_keys_file() -> Path:
    """LINLI_SEAL_KEYS, or seal_keys.json in the data folder: opens the sealed personal fields."""
    return Path(os.environ.get("LINLI_SEAL_KEYS") or data_folder() / "seal_keys.json").absolute()


def setup_log() -> Path:
    """Everything the set-up's programs said."""
    return data_folder() / "log" / "setup.log"


def own_database_url() -> str:
    """LINLI_DATABASE_URL: a database of the operator's own. Empty: the private cluster."""
    return os.environ.get("LINLI_DATABASE_URL", "")


def bind_address() -> str:
    """LINLI_BIND, or this machine only: the demo's passwords are known to everybody."""
    return os.environ.get("LINLI_BIND") or "127.0.0.1"


def number(name: str, default: int, *, lowest: int = 1, highest: int = HIGHEST_PORT) -> int:
    """A whole number from the environment. Raises Trouble naming the variable."""
    given = os.environ.get(name, "").strip()
    if not given:
        return default
    if not given.isascii() or not given.isdigit() or not lowest <= int(given) <= highest:
        raise Trouble(
            f"{name} is “{given}”, not a whole number from {lowest} to {highest}.",
            f"Set it right, or leave it out for {default}.",
        )
    return int(given)


def web_port() -> int:
    """LINLI_PORT: pages, API and tiles."""
    return number("LINLI_PORT", 8000)


def events_port() -> int:
    """LINLI_EVENTS_PORT, or the port after LINLI_PORT: the event stream."""
    web = web_port()
    events = number("LINLI_EVENTS_PORT", web + 1)
    if events == web or events > HIGHEST_PORT:
        raise Trouble(
            f"The event stream cannot use port {events}.",
            "Set LINLI_EVENTS_PORT to another port than LINLI_PORT.",
        )
    return events
