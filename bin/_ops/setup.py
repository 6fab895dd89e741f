"""`bin/setup`: everything that must be there before the program or its tests can start."""

from pathlib import Path

from _ops import environment, frontend, system, words
from _ops.places import ROOT, VENV
from _ops.say import Trouble
from _ops.stamps import alone


def set_up(*, for_tests: bool) -> None:
    """Bring the machine and the clone to what the locks and sources name. Takes a blink if done."""
    if is_complete(for_tests=for_tests):
        return
    system.check_disk()
    system.ensure_packages(for_tests=for_tests)
    with alone(ROOT / "build" / "setup.lock", "Setting up"):
        environment.ensure_environment(for_tests=for_tests)
        if for_tests:
            frontend.ensure_modules()  # the type check and axe need them
        frontend.ensure_built()
        words.ensure_compiled()


def is_complete(*, for_tests: bool) -> bool:
    """Whether there is nothing left to do."""
    done = environment.is_set_up_for_tests() if for_tests else environment.is_set_up()
    if for_tests:
        done = done and frontend.modules_are_current()
    return (
        done
        and frontend.is_built()
        and words.are_current()
        and system.has_everything(for_tests=for_tests)
    )


def require_set_up() -> Path:
    """The virtual environment's folder. Raises Trouble before the first bin/setup."""
    if not environment.is_set_up():
        raise Trouble(
            "Linli is not set up here, or its locks have changed.", "Run bin/setup first."
        )
    return VENV
