"""Who is told on screen about a case; the words are in `cases/apps.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from linli.cases.models import Case
from linli.cases.queries import people as staff
from linli.kernel.rows import Batch
from linli.notices import services as notices


def _url(case: Case) -> str:
    return f"/desk/cases/{case.number}/"


def tell_duty_chiefs(case: Case, *, now: datetime, batch: Batch | None = None) -> None:
    """R59: the duty chiefs of the owning centre hear of an urgent case at once."""
    chiefs = staff.users_with_grant("cases.duty", centre_id=case.centre_id)
    tell(case, "cases.urgent", chiefs, now, batch=batch)


def tell_unit(case: Case, *, now: datetime, batch: Batch | None = None) -> None:
    """The lead unit has work."""
    if case.lead_unit_id is not None:
        users = staff.users_with_grant("cases.handle", unit_id=case.lead_unit_id)
        tell(case, "cases.dispatched", users, now, batch=batch)


def tell_post(
    case: Case, kind: str, post_id: int | None, *, now: datetime, batch: Batch | None = None
) -> None:
    """One post has something to do or to know."""
    if post_id is not None:
        tell(case, kind, staff.users_of_posts([post_id]), now, batch=batch)


def tell(
    case: Case, kind: str, users: Iterable[int], now: datetime, *, batch: Batch | None = None
) -> None:
    """One notice to each user, written with `batch` if one is given."""
    wanted = sorted(set(users))
    if wanted:
        notices.tell(
            user_ids=wanted,
            kind=kind,
            params={"number": case.number, "address": case.address},
            url=_url(case),
            now=now,
            batch=batch,
        )


def tell_call_back(case: Case, *, now: datetime, batch: Batch | None = None) -> None:
    """A resident is not satisfied: those who call back hear of it (R80)."""
    users = staff.users_with_grant("cases.call_back", centre_id=case.centre_id)
    tell(case, "cases.unsatisfied", users, now, batch=batch)
