"""What is worth a question: finished at the last minute, no change between the photos, one photo on
two cases. Questions, not findings: each has innocent answers.

A period counts the cases reported in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse

from linli.cards.rules.asking import Finish, Share, shares_of
from linli.cases.models import Case, CaseClock
from linli.cases.queries.lists import cases_for
from linli.cases.rules.likeness import SAME_PICTURE_BITS
from linli.cases.rules.stages import Stage
from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Clock
from linli.kernel import rows
from linli.staff import queries as staff

if TYPE_CHECKING:
    from linli.staff.models import User

MOST_CASES = 20_000
MOST_SHOWN = 200
_DONE = (Stage.CLOSED, Stage.EVALUATED)


def _finished(user: User, since: date, until: date) -> list[int]:
    """The newest closed cases of the period that `user` may see. One query."""
    found = cases_for(user).filter(
        stage__in=_DONE, reported_at__date__gte=since, reported_at__date__lte=until
    )
    return list(found.order_by("-reported_at", "-id").values_list("pk", flat=True)[:MOST_CASES])


def names_of(unit_ids: set[int]) -> dict[int, str]:
    """Names of units, retired ones too. One query."""
    return {unit.pk: unit.label for unit in staff.units(active=None).filter(pk__in=unit_ids)}


def last_minute_for(user: User, *, since: date, until: date) -> list[Share]:
    """Units by what they finished right before the limit. Two queries."""
    calendar = catalogue.calendar()
    clocks = CaseClock.objects.filter(
        case_id__in=_finished(user, since, until), stage=Stage.HANDLING, late=False,
        unit__isnull=False,
    )  # fmt: skip
    finishes = []
    for row in clocks.iterator(chunk_size=2_000):
        if row.ended_at is None or row.unit_id is None:
            continue
        clock = Clock.unpack(
            {
                "limit": [str(row.limit_amount), row.limit_unit],
                "started_at": row.started_at.isoformat(),
                "stops": row.stops,
                "granted": row.granted,
            }
        )
        left = clock.left(calendar, row.ended_at)
        finishes.append(Finish(row.unit_id, clock.total(calendar), left))
    return shares_of(finishes)


class Look(NamedTuple):
    """A photo of a case, as a page shows it."""

    number: str
    thumb: str
    url: str


@dataclass(frozen=True)
class Pair:
    """Two photos that are nearly the same: before and after, or after on two cases."""

    unit: str
    one: Look
    other: Look
    bits: int  # of 64 by which they differ
    same_file: bool


def unchanged_for(user: User, *, since: date, until: date) -> list[Pair]:
    """Closed cases whose photo after the work is nearly the one before it, the nearest first.
    Three queries."""
    found = rows.ask(
        """
        SELECT DISTINCT ON (a.case_id) a.case_id, b.number, a.case_id, a.number,
            bit_count((a.fingerprint # b.fingerprint)::bit(64)), a.sha256 = b.sha256
        FROM cases_casefile a JOIN cases_casefile b ON b.case_id = a.case_id
        WHERE a.case_id = ANY(%s::bigint[]) AND a.purpose = 'after'
            AND b.purpose IN ('report', 'verify', 'before')
            AND bit_count((a.fingerprint # b.fingerprint)::bit(64)) <= %s
        ORDER BY a.case_id, 5""",
        [rows.array(_finished(user, since, until)), SAME_PICTURE_BITS],
    )
    return _pairs(found)


def shared_for(user: User, *, since: date, until: date) -> list[Pair]:
    """Closed cases that show the same photo after the work, of the cases `user` may see; the newest
    first. Three queries."""
    found = rows.ask(
        """
        SELECT DISTINCT ON (a.case_id, b.case_id) a.case_id, a.number, b.case_id, b.number,
            0, a.sha256 = b.sha256
        FROM cases_casefile a JOIN cases_casefile b
            ON b.fingerprint = a.fingerprint AND b.case_id < a.case_id
        WHERE a.case_id = ANY(%s::bigint[]) AND b.case_id = ANY(%s::bigint[])
            AND a.purpose = 'after' AND b.purpose = 'after'
        ORDER BY a.case_id DESC, b.case_id DESC""",
        [ids := rows.array(_finished(user, since, until)), ids],
    )
    return _pairs(found)


def _pairs(found: list[tuple[int, int, int, int, int, bool]]) -> list[Pair]:
    """Rows of case, file, case, file, bits, same: in words, the nearest first. One query."""
    found = sorted(found, key=lambda row: (row[4], -row[0]))[:MOST_SHOWN]
    ids = {row[0] for row in found} | {row[2] for row in found}
    cases = {case.pk: case for case in Case.objects.filter(pk__in=ids).select_related("lead_unit")}
    pairs = []
    for one, one_file, other, other_file, bits, same in found:
        unit = cases[one].lead_unit
        pairs.append(
            Pair(
                unit.label if unit else "",
                _look(cases[one], one_file),
                _look(cases[other], other_file),
                bits,
                same,
            )
        )
    return pairs


def _look(case: Case, file: int) -> Look:
    at = [case.number, file]
    return Look(case.number, reverse("cases:thumb", args=at), reverse("cases:file", args=at))
