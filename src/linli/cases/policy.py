"""Who sees which case and who may make which move: the two questions (design §4).

`visible_to` is a filter for the database, `covers` the same question about one case in memory; a
test proves that they agree. `moves_for` reads the table of moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _

from linli.cases import rules
from linli.cases.models import Case
from linli.cases.rules.consents import ASKED, FIRST_MOVES, SECOND_MOVES
from linli.cases.rules.guards import hindrance
from linli.catalogue import queries as catalogue
from linli.kernel import rows
from linli.kernel.errors import NotYours
from linli.staff.policy import Seat
from linli.territory import queries as territory

if TYPE_CHECKING:
    from linli.staff.models import User

GRANT_SEE = "cases.see"
GRANT_OBJECT = "cases.object"  # a unit's leader may send back even what arbitration has named
NOBODY = Q(pk__in=[])
#: Moves by which a person handles a case; who made one neither checks nor closes it (R12).
HANDLING_MOVES = ("accept", "report_back", "co_report", "self_handle")
_MOST_PARTS = 16
_FEW = 6  # grids or units of a post that are worth a question of their own
_JUDGING = frozenset({"check", "close", "rework", "request_check"})


@dataclass(frozen=True)
class Facts:
    """What of a case decides who sees it: ids only, also sent with every live event."""

    district_id: int | None
    street_id: int | None
    community_id: int | None
    grid_id: int | None
    lead_unit_id: int | None
    shared_with: tuple[int, ...]
    tracker_id: int | None
    case_class_id: int | None

    @classmethod
    def of(cls, case: Case) -> Facts:
        return cls(
            case.district_id,
            case.street_id,
            case.community_id,
            case.grid_id,
            case.lead_unit_id,
            tuple(case.shared_with),
            case.tracker_id,
            case.case_class_id,
        )


@dataclass(frozen=True)
class Scope:
    """What one post sees: a region or its grids or its unit's work, cut to its classes."""

    everything: bool
    level: str  # district, street, community, "" when not by region
    region_ids: frozenset[int]
    grid_ids: frozenset[int]
    unit_ids: frozenset[int]  # lead units whose work it sees
    shared_ids: frozenset[int]  # units with which cases are shared
    post_id: int
    class_ids: frozenset[int] | None  # None: every class

    def q(self) -> Q:
        """The filter."""
        if self.everything:
            return self._classes()
        seen = NOBODY
        for part in self._places():
            seen |= part
        return seen & self._classes()

    @property
    def is_wide(self) -> bool:
        """A district or more: many cases, of all the years of the city."""
        return self.everything or self.level == "district"

    @property
    def has_place(self) -> bool:
        """Whether place and class alone decide about some of what it sees."""
        return self.everything or bool(self.level) or bool(self.grid_ids)

    def by_place(self, *, class_column: str = "case_class_id") -> Q:
        """The part of the filter that asks for place and class alone, in any table with columns of
        these names; only where `has_place`."""
        if self.everything:
            return self._classes(class_column)
        of_region = [Q(**{f"{self.level}_id__in": sorted(self.region_ids)})] if self.level else []
        of_grids = [Q(grid_id__in=sorted(self.grid_ids))] if self.grid_ids else []
        return reduce(or_, of_region + of_grids) & self._classes(class_column)

    def beside_place(self) -> Q:
        """What it sees wherever it lies, of every class: led by its units, shared, tracked."""
        found = Q(tracker_id=self.post_id)
        if self.unit_ids:
            found |= Q(lead_unit_id__in=sorted(self.unit_ids))
        return found | self._shared() if self.shared_ids else found

    def parts(self) -> list[Q]:
        """The filter as conditions that an index can answer one by one; a case may fit several."""
        if self.everything:
            return [self._classes()]
        return [part & self._classes() for part in self._places(single=True)]

    def covers(self, facts: Facts) -> bool:
        """The same question about one case."""
        if self.class_ids is not None and facts.case_class_id not in self.class_ids:
            return False
        if self.everything:
            return True
        in_region = bool(self.level) and getattr(facts, f"{self.level}_id") in self.region_ids
        return (
            in_region
            or facts.grid_id in self.grid_ids
            or facts.lead_unit_id in self.unit_ids
            or not self.shared_ids.isdisjoint(facts.shared_with)
            or facts.tracker_id == self.post_id
        )

    def _classes(self, column: str = "case_class_id") -> Q:
        return Q() if self.class_ids is None else Q(**{f"{column}__in": sorted(self.class_ids)})

    def _shared(self) -> Q:
        # the second half is the condition of the index: without it no plan uses the index
        return Q(shared_with__overlap=sorted(self.shared_ids)) & ~Q(shared_with=[])

    def _places(self, *, single: bool = False) -> list[Q]:
        """Region, grids, lead units, shared, tracked; `single`: a few grids or units one by one."""
        found = [Q(tracker_id=self.post_id)]
        for column, ids in (
            (f"{self.level}_id", self.region_ids if self.level else ()),
            ("grid_id", self.grid_ids),
            ("lead_unit_id", self.unit_ids),
        ):
            if single and len(ids) <= _FEW:
                found += [Q(**{column: one}) for one in sorted(ids)]
            elif ids:
                found.append(Q(**{f"{column}__in": sorted(ids)}))
        if self.shared_ids:
            found.append(self._shared())
        return found


def scope_of(seat: Seat) -> Scope | None:
    """What `seat` sees, or None if its post does not read cases."""
    if GRANT_SEE not in seat.grants:
        return None
    level, ids, everything = "", frozenset[int](), False
    if seat.reach == "region" and seat.region_id is not None:
        region = territory.scope_of(seat.region_id)
        everything = region.level == "all"
        if not everything:
            level, ids = region.level, region.ids
    shared = set(seat.unit_ids) if seat.reach == "unit" else set()
    if seat.centre_id is not None and seat.reach == "region":
        shared.add(seat.centre_id)
    return Scope(
        everything=everything,
        level=level,
        region_ids=ids,
        grid_ids=frozenset(seat.grid_ids) if seat.reach == "grids" else frozenset(),
        unit_ids=frozenset(seat.unit_ids) if seat.reach == "unit" else frozenset(),
        shared_ids=frozenset(shared),
        post_id=seat.post_id,
        class_ids=catalogue.class_ids(seat.class_codes) if seat.class_codes else None,
    )


def scopes_of(user: User) -> list[Scope]:
    """What each of the person's posts sees. No query once the seats are loaded."""
    scopes = (scope_of(seat) for seat in user.seats)
    return [scope for scope in scopes if scope is not None]


def visible_to(user: User) -> Q:
    """Which cases `user` may see. Lists, maps, counts, tiles, exports and search start here."""
    if not user.is_authenticated:
        return NOBODY
    scopes = scopes_of(user)
    if any(scope.everything and scope.class_ids is None for scope in scopes):
        return Q()
    seen = NOBODY
    for scope in scopes:
        seen |= scope.q()
    return seen


def visible_parts(user: User) -> list[Q]:
    """`visible_to` as parts that an index can answer one by one; together they are the same."""
    if not user.is_authenticated:
        return []
    whole = visible_to(user)
    if whole == Q():
        return [whole]
    parts: list[Q] = []
    for scope in scopes_of(user):
        parts += [part for part in scope.parts() if part not in parts]
    return parts if len(parts) <= _MOST_PARTS else [whole]


def covers(user: User, facts: Facts) -> bool:
    """Whether `user` may see the case with these facts."""
    return any(scope.covers(facts) for scope in scopes_of(user))


def seat_for(user: User, move: str, case: Case) -> Seat | None:
    """The post from which `user` may make `move` on `case`; None if there is none. No query."""
    row, facts = rules.MOVES[move], Facts.of(case)
    for seat in user.seats:
        if row.grant not in seat.grants or not _on_axis(seat, row.axis, case):
            continue
        scope = scope_of(seat)
        if scope is not None and scope.covers(facts):
            if move in _JUDGING and _is_handler(seat, case):
                continue
            if move == "decline" and case.designated and GRANT_OBJECT not in seat.grants:
                continue
            if involved(user, move, case):
                continue
            return seat
    return None


def _on_axis(seat: Seat, axis: rules.Axis, case: Case) -> bool:
    match axis:
        case rules.Axis.CENTRE | rules.Axis.REPORTER:
            return seat.centre_id == case.centre_id
        case rules.Axis.UNIT:
            return case.lead_unit_id is not None and case.lead_unit_id in seat.unit_ids
        case rules.Axis.CO_UNIT:
            return not set(case.co_units).isdisjoint(seat.unit_ids)
        case rules.Axis.GRID:
            return seat.reach != "unit"
        case rules.Axis.ABOVE:
            return case.arbiter_id is not None and seat.centre_id == case.arbiter_id
        case rules.Axis.SECOND:
            return case.decider_id is not None and seat.centre_id == case.decider_id
        case rules.Axis.LEADER:
            return True
    return False


def involved(user: User, move: str, case: Case) -> bool:
    """Whether `user`, or their unit, asked for what `move` decides about, or has consented first:
    then somebody else has to."""
    if move not in FIRST_MOVES | SECOND_MOVES or case.pending not in ASKED:
        return False
    asked = case.pending_detail
    if move in SECOND_MOVES and user.pk == asked.get("first"):
        return True
    return user.pk == asked.get("by") or any(
        seat.post_id == case.pending_by_id
        or (seat.reach == "unit" and case.lead_unit_id in seat.unit_ids)
        for seat in user.seats
    )


def _is_handler(seat: Seat, case: Case) -> bool:
    """R12: the person and the post's unit that handled the case stay off its check and closing."""
    if case.self_handled:
        return False
    units = {case.lead_unit_id, *case.co_units}
    return seat.user_id == case.handled_by_id or seat.unit_id in units


def require_not_handler(user: User, case: Case, move: str) -> None:
    """Raises NotYours if `user` ever handled `case` and `move` judges it. At most one query."""
    if move not in _JUDGING:
        return
    if rows.ask(
        "SELECT 1 FROM cases_caseevent WHERE case_id = %s AND actor_id = %s"
        " AND move = ANY(%s::varchar[]) LIMIT 1",
        [case.pk, user.pk, rows.array(HANDLING_MOVES)],
    ):
        raise NotYours(
            _("You have handled this case, so somebody else has to check and close it."),
            code="handler_cannot_check",
        )


def require_seat(user: User, move: str, case: Case) -> Seat:
    """The post for `move`. Raises NotYours with the reason."""
    seat = seat_for(user, move, case)
    if seat is None and move == "decline" and case.designated:
        raise NotYours(
            _(
                "Arbitration has named your unit for this case. Only a leader of the unit may"
                " still send it back."
            ),
            code="designated",
        )
    if seat is None and involved(user, move, case):
        raise NotYours(
            _(
                "You or your unit asked for this, or you gave the first consent; somebody else has"
                " to decide."
            ),
            code="own_request",
        )
    if seat is None:
        raise NotYours(
            _("Your posts do not allow “%(move)s” on this case.")
            % {"move": rules.MOVES[move].label},
            code="not_your_move",
        )
    return seat


def moves_for(user: User, case: Case) -> list[str]:
    """The moves `user` may make on `case` now: the page's buttons, the API's links. No query."""
    found = []
    for move in rules.moves_from(case.stage):
        if hindrance(case, move) is None:
            seat = seat_for(user, move, case)
            if seat is not None and _leads_somewhere(seat, move):
                found.append(move)
    return found


def _leads_somewhere(seat: Seat, move: str) -> bool:
    """Whether there is a tier to move to: such moves are of the owning centre, the seat's."""
    match move:
        case "escalate":
            return seat.centre_above is not None
        case "delegate":
            return seat.has_centres_below
        case "transfer":
            return seat.centre_above is None and seat.has_centres_below
    return True


def may_read_contacts(user: User, case: Case) -> Seat | None:
    """The post that may read who reported: only those who call back (P15)."""
    facts = Facts.of(case)
    for seat in user.seats:
        scope = scope_of(seat)
        if "cases.call_back" in seat.grants and scope is not None and scope.covers(facts):
            return seat
    return None
