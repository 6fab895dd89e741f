"""`bin/setup`, `bin/run`, `bin/test` and `bin/linli` all arrive here."""

import signal
import sys
from pathlib import Path
from types import FrameType

sys.path[0] = str(Path(__file__).resolve().parents[1])

from _ops import commands  # noqa: E402  the line above makes it findable
from _ops.say import Trouble, complain  # noqa: E402


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):  # told to stop: leave as tidily as by Ctrl-C
        signal.signal(number, _as_interrupt)
    name, *arguments = sys.argv[1:] or ["linli"]
    try:
        return commands.PROGRAMS[name](arguments)
    except Trouble as trouble:
        complain(trouble)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Nothing is half done: start again at any time.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
