"""What goes out to other systems: its kinds and states, and how patiently it is tried."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from linli.kernel.outbound import Answer

Words = str | Promise
AT_ONCE = 4  # deliveries that are on the way to one target at the same time
LEASE = timedelta(minutes=2)  # after which a try whose worker has died is made again
BREAKS_AT = 5  # tries in a row that found nobody: the target is left alone for a while
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_BREAK = timedelta(minutes=10)
TOLD_EVERY = timedelta(hours=1)  # of what was given up for one target
TRIES_SHOWN = 20
MOST_WORDS = 300


class State(TextChoices):
    """Where a delivery is. Dead: given up, until a person sends it again or drops it."""

    WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
    DONE = "done", pgettext_lazy("delivery", "Delivered")
    DEAD = "dead", pgettext_lazy("delivery", "Given up")
    DROPPED = "dropped", pgettext_lazy("delivery", "Dropped")


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery as its sender gets it.

    `id` is the same at every try: a receiver knows a repetition by it. `attempt` begins with 1.
    """

    id: uuid.UUID
    kind: str
    target: str
    lane: str
    payload: Mapping[str, Any]
    attempt: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived. `says` for the page; `result` for the kind's `settled`."""

    says: str = ""
    result: Any = None


@dataclass(frozen=True, slots=True)
class Later:
    """Nobody was there, or they were busy: it is tried again. `after` if they said when."""

    says: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Never:
    """They refused it for good: trying again without a change is useless."""

    says: str


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not at this hour: no try was made, nobody failed. It is due again at `until`."""

    says: str
    until: datetime


Outcome = Sent | Later | Never | Postponed


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryKind:
    """A kind of delivery, signed in from `apps.py: ready()`.

    `send` hands a parcel over and says what came of it, outside of any transaction; it must end
    within a minute, and may meet the same parcel twice. `OSError` counts as Later.
    `settled` runs in the transaction that notes the outcome; the state is what it has become.
    `sealed`: the payload is personal, encrypted at rest and shown to nobody.
    `strict`: a delivery that was given up holds back those behind it in its lane.
    `again`: one that arrived may be sent again by hand.
    `labels`: names of targets for the page, by key.
    """

    code: str
    label: Words
    send: Callable[[Parcel], Outcome]
    settled: Callable[[Parcel, State, Outcome, datetime], None] | None = None
    sealed: bool = False
    strict: bool = False
    again: bool = False
    most_tries: int = 14  # over about a day, if somebody answers at all
    kept: timedelta = timedelta(days=7)  # after it arrived
    labels: Callable[[Iterable[str]], Mapping[str, str]] | None = None


KINDS: dict[str, DeliveryKind] = {}
# Called with a target when its first delivery in an hour was given up, in that transaction.
GivenUp = Callable[[str, datetime], None]
_given_up: list[GivenUp] = []


def register_deliveries(*kinds: DeliveryKind) -> None:
    """Sign in kinds, from `apps.py: ready()`; a code signed in again is replaced."""
    KINDS.update({kind.code: kind for kind in kinds})


def when_given_up(listener: GivenUp) -> None:
    """A higher package tells people of deliveries that were given up."""
    if listener not in _given_up:
        _given_up.append(listener)


def tell_given_up(target: str, now: datetime) -> None:
    """Call whoever has signed in."""
    for listener in _given_up:
        listener(target, now)


def label_of(code: str) -> str:
    """A kind's name on screen; the code itself if nobody signs it in any more."""
    kind = KINDS.get(code)
    return str(kind.label) if kind else code


def pause(attempt: int, chance: float) -> timedelta:
    """How long to wait after try `attempt` (1 = the first): doubled each time, up to six hours, a
    fifth more or less by `chance` (0 to 1), so that what failed together does not return together.
    """
    return _doubled(max(attempt, 1) - 1, LONGEST_PAUSE, chance)


def break_of(failures: int, chance: float) -> timedelta | None:
    """How long a target is left alone after so many failures in a row; None: not at all."""
    if failures < BREAKS_AT:
        return None
    return _doubled(failures - BREAKS_AT, LONGEST_BREAK, chance)


def _doubled(times: int, longest: timedelta, chance: float) -> timedelta:
    factor: int = 2 ** min(times, 20)
    return min(FIRST_PAUSE * factor, longest) * (0.8 + 0.4 * chance)


def later_for(answer: Answer, *, now: datetime) -> Later:
    """What an answer that takes nothing in means where a person may put it right meanwhile: it is
    tried again, and `says` what to look at."""
    status = answer.status
    if 300 <= status < 400:
        return Later(
            _("Answered with %d, a redirect, which is not followed. Change the address.") % status
        )
    if status in (401, 403):
        return Later(
            _("Answered with %d: the receiver does not let us in. Compare the secret.") % status
        )
    return Later(_("Answered with %d.") % status, after=answer.retry_after(now))


def state_after(kind: DeliveryKind | None, attempt: int, outcome: Outcome) -> State:
    """What becomes of a delivery after try `attempt`."""
    if isinstance(outcome, Sent):
        return State.DONE
    if isinstance(outcome, Postponed):
        return State.WAITING
    if isinstance(outcome, Never) or kind is None or attempt >= kind.most_tries:
        return State.DEAD
    return State.WAITING
