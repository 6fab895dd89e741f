"""Ranges of codes brought to the register, two at once where that helps.

A range may be applied twice without harm (`comparing`): of two that run at once either may be lost
to a cut, and both are done again.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from django.db import connection, transaction

from linli.components.models import Import
from linli.components.services import comparing

CHUNK = 200_000  # rows applied in one transaction
AT_ONCE = 2  # transactions


def next_bounds(job: Import, end: int) -> list[int]:
    """The last codes of the next ranges behind `job.applied_to`; `end` for that of the last one."""
    most = 1 if connection.in_atomic_block else AT_ONCE
    bounds: list[int] = []
    while len(bounds) < most and (not bounds or bounds[-1] != end):
        after = bounds[-1] if bounds else job.applied_to
        bounds.append(comparing.next_code(job, after, CHUNK) or end)
    return bounds


def apply_up_to(job: Import, bounds: Sequence[int]) -> int:
    """Apply the ranges that end at `bounds` and note in the last transaction how far it is; returns
    how many components were added or changed."""
    starts = [job.applied_to, *bounds[:-1]]
    *others, (after, upto) = zip(starts, bounds, strict=True)
    with ThreadPoolExecutor(AT_ONCE, "components.apply") as pool:
        beside = [pool.submit(_elsewhere, job, *one) for one in others]
        count = _applied(job, after, upto)
        count += sum(one.result() for one in beside)
    job.applied_to = upto
    job.save(update_fields=["applied_to"])
    return count


def loosely() -> None:
    """What a power cut takes is read again from the file: no batch waits for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off; SET LOCAL work_mem = '128MB'")


def _applied(job: Import, after: int, upto: int) -> int:
    with transaction.atomic():
        loosely()
        return comparing.apply_range(job, after, upto)


def _elsewhere(job: Import, after: int, upto: int) -> int:
    """In a thread, which has a connection of its own."""
    with closing(connection):
        return _applied(job, after, upto)
