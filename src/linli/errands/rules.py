"""Long work that somebody asked for: its kinds, its states, what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.kernel.errors import Refused
from linli.notices.rules import NoticeKind, register_notices

Words = str | Promise
MOST_OPEN = 5  # errands a person may have waiting or running
MOST_STARTS = 3  # begun this often and never ended: something is wrong with it
LANES = 2  # errands that run at the same time in the whole city; the worker keeps a slot free


class State(TextChoices):
    """Where an errand is."""

    WAITING = "waiting", pgettext_lazy("errand", "Waiting")
    RUNNING = "running", pgettext_lazy("errand", "Running")
    DONE = "done", pgettext_lazy("errand", "Done")
    FAILED = "failed", pgettext_lazy("errand", "Failed")
    CANCELLED = "cancelled", pgettext_lazy("errand", "Cancelled")


OPEN = (State.WAITING, State.RUNNING)


class Role(TextChoices):
    """What a file of an errand is."""

    RESULT = "result", gettext_lazy("The file")
    ERRORS = "errors", gettext_lazy("Rows left out")


class TooManyErrands(Refused):
    """The person's other errands have to end first."""

    code = "too_many_errands"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that the work made; `content` stands anywhere and is closed by the runner."""

    name: str
    mime: str
    content: IO[bytes]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it, in words for the person who asked, and files to download."""

    words: str
    result: MadeFile | None = None
    errors: MadeFile | None = None


# actor (staff.User), what was asked, and now; runs in the transaction that also notes the outcome,
# so that killed in the middle it has done nothing (but see `ErrandKind.steps`). Tells
# kernel.progress how far it is.
Work = Callable[[Any, Mapping[str, Any], datetime], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrandKind:
    """A kind of long work. `shared`: everybody who holds `grant` sees all of this kind.

    `steps`: the work commits step by step and goes on where it was when it is begun again, for what
    is too much for one transaction.
    """

    code: str
    label: Words
    grant: str
    work: Work
    icon: str = "list-check"
    shared: bool = False
    steps: bool = False

    @property
    def left(self) -> str:
        """What work that did not come to its end has left behind."""
        if self.steps:
            return _("What was done until then stays, and trying again goes on from there.")
        return _("Nothing was changed.")


KINDS: dict[str, ErrandKind] = {}


def register_errands(*kinds: ErrandKind) -> None:
    """Sign in kinds of errands, from `apps.py: ready()`; a code signed in again is replaced."""
    for kind in kinds:
        KINDS[kind.code] = kind
        register_notices(
            NoticeKind(
                f"{kind.code}.done",
                format_lazy(
                    "{}: {}", kind.label, gettext_lazy("finished. Open it to see what came of it.")
                ),
                kind.icon,
            ),
            NoticeKind(
                f"{kind.code}.failed",
                format_lazy("{}: {}", kind.label, gettext_lazy("not done. Open it to see why.")),
                "alert-triangle",
            ),
        )


def label_of(code: str) -> str:
    """A kind's name on screen; the code itself if nobody signs it in any more."""
    kind = KINDS.get(code)
    return str(kind.label) if kind else code


def share(done: int, total: int | None) -> int | None:
    """Whole per cent, 0 to 100; None where nobody knows the whole."""
    if not total:
        return None
    return max(0, min(100, done * 100 // total))
