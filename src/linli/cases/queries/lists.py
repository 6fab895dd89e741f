"""Lists, counts and badges: all begin at `visible_to(user)` and at the same filter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from django.db import connection
from django.db.models import F, Lookup, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.cases import policy
from linli.cases.models import Case
from linli.cases.queries import dressing, kept, paging
from linli.cases.queries.dressing import dressed
from linli.cases.queries.paging import Found
from linli.cases.queries.words import are_common, words_match
from linli.cases.rules.consents import EXTENSIONS, SUSPENSIONS
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.stages import OPEN, Stage
from linli.catalogue import queries as catalogue
from linli.kernel.errors import BadInput
from linli.kernel.rows import array
from linli.kernel.web import Page, cursor_text, cursor_values
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User
    from linli.staff.policy import Seat

    _Lookup = Lookup[Any]
else:
    _Lookup = Lookup

ORDER = ("reported_at", "id")
SHOWN = dressing.SHOWN
#: What no list shows of a case, left where it is; whoever needs one of these reads it by itself.
UNSHOWN = (
    "condition", "place_origin", "cell", "co_units", "shared_with", "pending_by", "pending_detail",
    "decider", "merged_into", "route", "checked_by", "closed_by", "verified", "feedback_given",
    "approval_asked",
    "evaluated_at", "head_hash",
)  # fmt: skip
MOST_COUNTED = 10_000
MOST_WALKED = 100


def cases_for(user: User) -> QuerySet[Case]:
    """Every case `user` may see: the only list there is."""
    return Case.objects.filter(policy.visible_to(user))


def page_for(
    user: User,
    wanted: CaseFilter,
    *,
    now: datetime,
    cursor: str | None = None,
    size: int = 50,
    places: bool = True,
) -> Page:
    """The newest cases that fit, `size` a page, with what a row shows. Four queries or fewer.

    `places=False` for lists that draw no map: unpacking a point costs as much as all the rest.
    """
    below = _place_of(cursor) if cursor else None
    if places:
        rows = newest_cases(user, wanted, now=now, size=size + 1, below=below)
        found = list(rows.defer(*UNSHOWN))
    else:
        names, columns = _listed()
        plain = newest_values(user, wanted, columns, now=now, size=size + 1, below=below)
        found = [Case.from_db(connection.alias, names, row) for row in plain]
    more, found = len(found) > size, found[:size]
    return Page(dressed(found), cursor_of(found[-1]) if more else None)


@cache
def _listed() -> tuple[list[str], str]:
    """The attributes of a case that a list without places shows, and their columns as text."""
    left = {*UNSHOWN, "place"}
    fields = [field for field in Case._meta.concrete_fields if field.name not in left]
    # What reads a column otherwise than as it comes would be passed by here.
    assert not any(field.get_db_converters(connection) for field in fields)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    return [field.attname for field in fields], columns


def page_before(
    user: User, wanted: CaseFilter, *, now: datetime, cursor: str, size: int = 50
) -> Page:
    """The `size` cases right above the row of `cursor`, newest first: back towards the top.

    `next` leads down again; fewer than `size` rows mean that the top is reached. Without places.
    """
    above = _place_of(cursor)
    asked = _asked(user, wanted, now)
    rows = paging.newest_cases(user, size=size, above=above, **asked)
    found = list(rows.defer(*UNSHOWN, "place"))
    return Page(dressed(found), cursor_of(found[-1]) if found else None)


def newest(
    user: User,
    wanted: CaseFilter,
    *,
    now: datetime,
    size: int,
    below: Found | None = None,
    above: Found | None = None,
) -> list[Found]:
    """The places of the `size` newest cases that fit, below or right above a place in the list:
    the first rows of `filtered`, found by the indexes. One query; two for common words."""
    return paging.newest(user, size=size, below=below, above=above, **_asked(user, wanted, now))


def newest_cases(
    user: User,
    wanted: CaseFilter,
    *,
    now: datetime,
    size: int,
    below: Found | None = None,
) -> QuerySet[Case]:
    """The cases at the places of `newest`, in its order, bare. One query; two for common words."""
    return paging.newest_cases(user, size=size, below=below, **_asked(user, wanted, now))


def newest_values(
    user: User,
    wanted: CaseFilter,
    columns: str,
    *,
    now: datetime,
    size: int,
    below: Found | None = None,
) -> list[tuple[Any, ...]]:
    """`columns`, fixed text, of the cases at the places of `newest`, in its order. One query; two
    for common words."""
    return paging.newest_values(
        user, columns=columns, size=size, below=below, **_asked(user, wanted, now)
    )


class _Asked(TypedDict):
    """How `paging` is to be asked for a filter."""

    fits: Q
    whole: bool


def _asked(user: User, wanted: CaseFilter, now: datetime) -> _Asked:
    walk = are_common(wanted.words, now=now)
    fits = where(user, wanted, now=now, walk=walk)
    whole = wanted.kept is not None or (bool(wanted.words) and not walk)
    return _Asked(fits=fits, whole=whole)


def _place_of(cursor: str) -> Found:
    at, number = cursor_values(cursor, len(ORDER))
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or type(number) is not int or number >= 2**63:
        raise BadInput(
            _("cursor is not one that this list gave out. Leave it out to start from the top."),
            field="cursor",
        )
    return Found(moment, number)


def cursor_of(case: Case) -> str:
    """The place of a row in a list, for `page_for` (what is below) and `page_before` (above)."""
    return cursor_text([case.reported_at.isoformat(), case.pk])


def filtered(user: User, wanted: CaseFilter, *, now: datetime) -> QuerySet[Case]:
    """The cases of `wanted` that `user` may see; lists, maps, exports and counts use this."""
    return cases_for(user).filter(where(user, wanted, now=now))


def where(user: User, wanted: CaseFilter, *, now: datetime, walk: bool = False) -> Q:
    """`wanted` as conditions on the case alone: no joins but for words, which `walk` asks of each
    case instead of the index. Raises BadInput for an unknown code."""
    found = Q()
    if wanted.queue:
        found &= QUEUES[wanted.queue](user, now)
    if wanted.stages:
        found &= (
            Q(stage=wanted.stages[0]) if len(wanted.stages) == 1 else Q(stage__in=wanted.stages)
        )
    if wanted.case_class:
        found &= _one_of("case_class_id", catalogue.class_ids((wanted.case_class,)))
    if wanted.region:
        found &= _region(wanted.region)
    if wanted.grid:
        found &= Q(grid__code=wanted.grid)
    if wanted.unit is not None:
        found &= Q(lead_unit_id=wanted.unit)
    for name in ("channel", "urgency", "handling"):
        if value := getattr(wanted, name):
            found &= Q(**{name: value})
    if wanted.light:
        found &= _light(wanted.light, now)
    if wanted.since:
        found &= Q(reported_at__gte=midnight(wanted.since))
    if wanted.until:
        found &= Q(reported_at__lt=midnight(wanted.until + timedelta(days=1)))
    if wanted.suspended is not None:
        found &= Q(suspended_until__isnull=not wanted.suspended)
    if wanted.words:
        found &= words_match(wanted.words, walk=walk)
    if wanted.supervised:
        found &= Q(supervision_count__gt=0)
    if wanted.self_handled:
        found &= Q(self_handled=True)
    if wanted.kept is not None:
        found &= Q(pk__in=kept.kept_for(user, wanted.kept, now=now).case_ids)
    if wanted.mine:
        found &= Q(tracker_id__in=[seat.post_id for seat in user.seats]) | Q(
            assignee_id__in=[seat.post_id for seat in user.seats]
        )
    return found


def midnight(day: date) -> datetime:
    """When the day begins, as the city counts."""
    return timezone.make_aware(datetime.combine(day, time()))


def _region(code: str) -> Q:
    region = territory.tree().by_code(code.ljust(12, "0")) or territory.tree().by_code(code)
    if region is None:
        raise BadInput(
            _("region: there is no region with the code %(code)s.") % {"code": code},
            field="region",
        )
    return in_region(region.id)


def in_region(region_id: int) -> Q:
    """Cases that lie in a region. Raises NotFound."""
    scope = territory.scope_of(region_id)
    if scope.level == "all":
        return Q()
    return _one_of(f"{scope.level}_id", scope.ids)


def _one_of(column: str, ids: Collection[int]) -> Q:
    """The ids as one parameter: the hundred classes of a letter, each bound by itself in each
    branch of a list, cost the web process a sixth of its time over the lists of the bench."""
    if len(ids) == 1:
        return Q(**{column: next(iter(ids))})
    return Q(_OneOf(F(column), array(sorted(ids))))


class _OneOf(_Lookup):
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", (*parameters, self.rhs)


def _light(light: str, now: datetime) -> Q:
    running = Q(stage__in=OPEN)
    if light == "red":
        return running & Q(due_at__lt=now)
    if light == "yellow":
        return running & Q(warn_at__lte=now, due_at__gte=now)
    return running & (Q(due_at__isnull=True) | Q(warn_at__gt=now, due_at__gte=now))


# -- queues: what waits for this person ---------------------------------------------------------
def _at_centre(user: User, grant: str, *, of: str = "centre_id") -> Q:
    """Cases whose centre, or whatever centre `of` names, is one where the person has the grant."""
    centres = {s.centre_id for s in user.seats if grant in s.grants and s.centre_id is not None}
    return Q(**{f"{of}__in": sorted(centres)}) if centres else policy.NOBODY


def _at_unit(user: User, grant: str = "cases.handle") -> Q:
    units: set[int] = set()
    for seat in user.seats:
        if grant in seat.grants:
            units |= seat.unit_ids
    return Q(lead_unit_id__in=sorted(units)) if units else policy.NOBODY


def _for_worker(user: User, grant: str) -> Q:
    """Tasks given to this person's post, and those given to nobody yet."""
    seats = [s for s in user.seats if grant in s.grants]
    if not seats:
        return policy.NOBODY
    return Q(assignee_id__in=[s.post_id for s in seats]) | Q(assignee__isnull=True)


_RUNS = Q(suspended_until__isnull=True)


def _signed(pending: str) -> Q:
    return Q(pending=pending)


QUEUES: dict[str, Callable[[User, datetime], Q]] = {
    "to_verify": lambda user, now: Q(stage=Stage.VERIFYING) & _for_worker(user, "cases.verify"),
    "to_file": lambda user, now: Q(stage=Stage.REPORTED) & _at_centre(user, "cases.file"),
    "to_dispatch": lambda user, now: (
        Q(stage=Stage.FILED)
        & _RUNS
        & ~Q(pending__in=["escalation", "arbitration"])
        & _at_centre(user, "cases.dispatch")
    ),
    "to_arbitrate": lambda user, now: (
        Q(stage=Stage.FILED)
        & _signed("arbitration")
        & _at_centre(user, "cases.arbitrate", of="arbiter_id")
    ),
    "to_accept": lambda user, now: Q(stage=Stage.DISPATCHED) & _RUNS & _at_unit(user),
    "to_handle": lambda user, now: Q(stage=Stage.HANDLING) & _RUNS & _at_unit(user),
    "to_request_check": lambda user, now: (
        Q(stage=Stage.HANDLED) & _at_centre(user, "cases.request_check")
    ),
    "to_check": lambda user, now: (
        Q(stage=Stage.CHECKING, check_passed__isnull=True)
        & _for_worker(user, "cases.check")
        & ~Q(handled_by=user)
    ),
    "to_close": lambda user, now: (
        Q(stage=Stage.CHECKING, check_passed__isnull=False) & _at_centre(user, "cases.close")
    ),
    "to_sign": lambda user, now: (
        Q(stage__in=OPEN) & _signed("escalation") & _at_centre(user, "cases.sign")
    ),
    "to_extend": lambda user, now: (
        Q(stage__in=OPEN) & Q(pending__in=EXTENSIONS) & _at_centre(user, "cases.extend")
    ),
    "to_suspend": lambda user, now: (
        Q(stage__in=OPEN) & Q(pending__in=SUSPENSIONS) & _at_centre(user, "cases.suspend")
    ),
    "to_consent": lambda user, now: (
        Q(stage__in=OPEN, decider__isnull=False)
        & _at_centre(user, "cases.consent", of="decider_id")
    ),
    "to_call_back": lambda user, now: (
        Q(stage=Stage.EVALUATED, rating=1) & _at_centre(user, "cases.call_back")
    ),
    "late": lambda user, now: Q(stage__in=OPEN, due_at__lt=now),
}

#: The grant without which a queue is not even shown.
QUEUE_GRANT = {
    "to_verify": "cases.verify",
    "to_file": "cases.file",
    "to_dispatch": "cases.dispatch",
    "to_arbitrate": "cases.arbitrate",
    "to_accept": "cases.handle",
    "to_handle": "cases.handle",
    "to_request_check": "cases.request_check",
    "to_check": "cases.check",
    "to_close": "cases.close",
    "to_sign": "cases.sign",
    "to_extend": "cases.extend",
    "to_suspend": "cases.suspend",
    "to_consent": "cases.consent",
    "to_call_back": "cases.call_back",
    "late": "cases.see",
}


def count_for(user: User, wanted: CaseFilter, *, now: datetime) -> tuple[int, bool]:
    """(how many fit, whether that is exact): counting stops at 10,000, at 100 for common words.
    One query; two for common words."""
    walk = are_common(wanted.words, now=now)
    fits = where(user, wanted, now=now, walk=walk)
    most = MOST_WALKED if walk else MOST_COUNTED
    whole = bool(wanted.words) and not walk
    count = paging.counted(user, fits, most=most + 1, whole=whole)
    return min(count, most), count <= most


def rows_for_export(user: User, wanted: CaseFilter, *, now: datetime) -> Iterator[Case]:
    """Exactly what the list shows, newest first, streamed in pieces of 2,000."""
    rows = filtered(user, wanted, now=now).select_related(*SHOWN).order_by("-reported_at", "-id")
    return rows.iterator(chunk_size=2000)


def seats_with(user: User, grant: str) -> list[Seat]:
    """The person's posts that carry `grant`."""
    return [seat for seat in user.seats if grant in seat.grants]
