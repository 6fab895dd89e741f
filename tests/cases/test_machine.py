"""Any moves by anybody in any order: only legal ones succeed, and every invariant holds.

The machine knows the table of moves and asks the services to do what it picks at random. It would
find a hole in the guard, a clock that disagrees with the calendar, or a badge that lies.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from linli.cases import policy, queries, rules, services
from linli.cases.models import Case, CaseClock, CaseEvent
from linli.cases.queries.chains import breaks
from linli.cases.rules.filters import CaseFilter
from linli.cases.rules.moves import Axis
from linli.cases.services.clocks import to_clock
from linli.catalogue import queries as catalogue
from linli.catalogue.rules import Light, Limit, LimitUnit, light
from linli.kernel.errors import Refused
from linli.staff.models import User
from tests.cases.city import City, make_city, photo
from tests.conftest import NOW

ACTORS = [
    (district, name)
    for district in (0, 1)
    for name in (
        "operator", "chief", "dispatcher", "leader", "street_operator", "street_chief",
        "street_dispatcher", "street_leader", "handler", "other_handler", "worker", "other_worker",
    )
] + [(2, name) for name in ("operator", "chief", "dispatcher", "leader")]  # fmt: skip
SPANS = [timedelta(minutes=1), timedelta(minutes=50), timedelta(hours=7), timedelta(days=3)]


class CaseLife(RuleBasedStateMachine):
    """Two cases in a small city, all posts, a clock that only goes forward."""

    city: City

    @initialize()
    def begin(self) -> None:
        self.point = transaction.savepoint()
        self.city = make_city()
        self.now = NOW
        home = self.city.districts[0]
        self.cases = [
            services.report(
                description="垃圾成堆", place=home.place(), channel="portal", now=self.now
            ).case.pk
            for _i in range(2)
        ]
        self.due: dict[int, Any] = {}

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.savepoint_rollback(self.point)

    def person(self, actor: tuple[int, str]) -> User:
        where, name = actor
        return self.city.user(name) if where == 2 else self.city.districts[where].user(name)

    def inputs(self, move: str, user: User, data: st.DataObject) -> dict[str, Any]:
        home, given = self.city.districts[0], dict[str, Any]()
        offers: dict[str, Any] = {
            "text": "意见", "reason": "理由", "place": home.place(),
            "unit": home.department.pk, "units": [home.utility.pk],
            "class": "E0102", "urgency": "urgent", "handling": "coordinated",
            "date": (self.now + timedelta(days=5)).date(),
            "limit": Limit(Decimal(2), LimitUnit.WORK_HOUR), "rating": 2,
            "number": Case.objects.get(pk=self.cases[1]).number,
            "centre": self.city.districts[1].centre.pk,
        }  # fmt: skip
        for item in rules.MOVES[move].inputs:
            wanted = item.required or data.draw(st.booleans(), label=item.name)
            if item.kind == "bool":
                given[item.name] = data.draw(st.booleans(), label=item.name)
            elif item.kind == "files" and wanted:
                given[item.name] = [photo(user)]
            elif item.kind == "centre":
                given[item.name] = data.draw(st.sampled_from(self.centres()), label="centre")
            elif item.kind in offers and wanted:
                given[item.name] = offers[item.kind]
        return given

    def centres(self) -> list[int]:
        one, two = self.city.districts
        return [one.centre.pk, two.centre.pk, one.street_centre.pk]

    @rule(
        which=st.integers(0, 1),
        move=st.sampled_from(sorted(rules.MOVES)),
        actor=st.sampled_from(ACTORS),
        span=st.sampled_from(SPANS),
        data=st.data(),
    )
    def anybody_tries_anything(
        self, which: int, move: str, actor: tuple[int, str], span: timedelta, data: st.DataObject
    ) -> None:
        self.attempt(which, move, self.person(actor), span, data)

    @rule(
        which=st.integers(0, 1),
        pick=st.integers(0, 10_000),
        span=st.sampled_from(SPANS),
        data=st.data(),
    )
    def somebody_makes_an_open_move(
        self, which: int, pick: int, span: timedelta, data: st.DataObject
    ) -> None:
        """Walk on: choose among the moves the program itself offers, so that lives get long."""
        case = Case.objects.get(pk=self.cases[which])
        offers = [
            (user, move)
            for user in map(self.person, ACTORS)
            for move in policy.moves_for(user, case)
            if move not in ("comment", "supervise", "void", "dismiss", "merge") or pick % 7 == 0
        ]
        if offers:
            user, move = offers[pick % len(offers)]
            assert policy.covers(user, policy.Facts.of(case))
            self.attempt(which, move, user, span, data)

    @rule(which=st.integers(0, 1), rating=st.sampled_from([1, 2, 3]))
    def the_reporter_rates(self, which: int, rating: int) -> None:
        case = Case.objects.get(pk=self.cases[which])
        try:
            with transaction.atomic():
                services.evaluate(case_id=case.pk, actor=None, now=self.now, rating=rating)
        except Refused:
            assert case.stage != "closed"

    def attempt(
        self, which: int, move: str, user: User, span: timedelta, data: st.DataObject
    ) -> None:
        self.now += span
        case = Case.objects.get(pk=self.cases[which])
        offered = move in policy.moves_for(user, case)
        events = case.event_count
        try:
            with transaction.atomic():
                services.perform(
                    move, case_id=case.pk, actor=user, now=self.now,
                    **self.inputs(move, user, data),
                )  # fmt: skip
        except Refused:
            again = Case.objects.get(pk=case.pk)
            assert (again.stage, again.event_count) == (case.stage, events)
        else:
            assert offered, f"{move} succeeded although it was not offered to this person"
            again = Case.objects.get(pk=case.pk)
            assert again.stage == rules.after(case.stage, move)
            assert again.event_count == events + 1
            if rules.MOVES[move].axis is Axis.GRID and move == "check":
                assert again.checked_by_id == user.pk != again.handled_by_id

    @invariant()
    def the_history_is_whole(self) -> None:
        if hasattr(self, "cases"):
            assert list(breaks()) == []

    @invariant()
    def handlers_do_not_judge(self) -> None:
        for pk in getattr(self, "cases", []):
            rows = CaseEvent.objects.filter(case_id=pk).order_by("number")
            handlers: set[int | None] = set()
            for event in rows:
                if event.move in ("accept", "report_back", "co_report"):
                    handlers.add(event.actor_id)
                if event.move in ("check", "close", "rework"):
                    assert event.actor_id not in handlers

    @invariant()
    def due_times_follow_the_calendar(self) -> None:
        for pk in getattr(self, "cases", []):
            case = Case.objects.get(pk=pk)
            running = CaseClock.objects.filter(case_id=pk, ended_at__isnull=True)
            own = [row for row in running if row.stage == case.stage]
            assert len(own) <= 1
            if not own:
                assert case.due_at is None
                continue
            clock = to_clock(own[0])
            assert case.due_at == clock.due_at(catalogue.calendar())
            assert case.warn_at == clock.warn_at(catalogue.calendar())
            assert clock.stopped == (case.is_suspended or case.waiting)
            shown = light(self.now, case.warn_at, case.due_at)
            late = case.due_at is not None and self.now > case.due_at
            assert (shown is Light.RED) == late

    @invariant()
    def every_badge_is_its_list(self) -> None:
        if not hasattr(self, "cases"):
            return
        turn = sum(Case.objects.values_list("event_count", flat=True))
        for actor in ACTORS[turn % 7 :: 7]:  # every post in turn
            user = self.person(actor)
            for badge in queries.badges_for(user, now=self.now):
                rows = queries.filtered(user, CaseFilter(queue=badge.queue), now=self.now)
                assert badge.waiting == rows.count()

    @invariant()
    def a_changed_due_time_is_an_event(self) -> None:
        for pk in getattr(self, "cases", []):
            case = Case.objects.get(pk=pk)
            now_due = case.due_at.isoformat() if case.due_at else None
            if pk in self.due and self.due[pk][0] != now_due:
                assert case.event_count > self.due[pk][1]
            self.due[pk] = (now_due, case.event_count)


@pytest.mark.django_db
def test_any_moves_in_any_order() -> None:
    assert connection.vendor == "postgresql"
    run_state_machine_as_test(
        CaseLife,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            derandomize=True,  # the same lives at each run; take it out to search for new ones
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
