"""Kinds of deliveries that only tests send: a receiver who does as it is told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from linli.deliveries.rules import (
    DeliveryKind,
    Outcome,
    Parcel,
    Sent,
    State,
    register_deliveries,
)


class Receiver:
    """Keeps what it got; `answer` decides what it says."""

    def __init__(self) -> None:
        self.got: list[Parcel] = []
        self.settled: list[tuple[Parcel, State]] = []
        self.answer: Callable[[Parcel], Outcome] = lambda parcel: Sent("200")

    def __call__(self, parcel: Parcel) -> Outcome:
        self.got.append(parcel)
        return self.answer(parcel)

    def note(self, parcel: Parcel, state: State, outcome: Outcome, now: datetime) -> None:
        self.settled.append((parcel, state))


RECEIVER = Receiver()


def into_a_file(parcel: Parcel) -> Outcome:
    """For a worker of its own: a line for each arrival; with a file `dawdle` it goes no further."""
    folder = Path(os.environ["LINLI_TEST_LETTERS"])
    if (folder / "dawdle").exists() and parcel.payload["number"] == 3:
        (folder / "begun").touch()
        time.sleep(60)
    with (folder / "arrived").open("a") as arrived:
        arrived.write(f"{parcel.payload['number']} {parcel.id}\n")
    return Sent("written")


register_deliveries(
    DeliveryKind(
        code="tests.parcel", label="Parcel", send=RECEIVER, settled=RECEIVER.note,
        most_tries=3, again=True,
    ),
    DeliveryKind(code="tests.sealed", label="Letter", send=RECEIVER, sealed=True),
    DeliveryKind(
        code="tests.strict", label="Step", send=RECEIVER, strict=True, most_tries=1
    ),
    DeliveryKind(code="tests.file", label="Line", send=into_a_file),
)  # fmt: skip
