"""Seats, the tree of units, and who looks after a grid."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from linli.kernel.errors import Refused
from linli.staff import policy, queries, rules, services
from linli.staff.models import User
from tests.conftest import NOW
from tests.factories import make_grid, make_post, make_region, make_unit, make_user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_seat_says_where_somebody_sits_and_what_they_may_do() -> None:
    region = make_region()
    centre = make_unit("centre", region=region)
    office = make_unit("department", parent=centre)
    team = make_unit("contractor", parent=office)
    post = make_post("cases.see", unit=office, region=region, class_codes=["E05"], title="派遣员")
    (seat,) = policy.seats_of(fresh(post.user), NOW)
    assert seat == rules.Seat(
        post_id=post.pk,
        user_id=post.user_id,
        unit_id=office.pk,
        unit_kind="department",
        centre_id=centre.pk,
        unit_ids=frozenset({office.pk, team.pk}),
        title="派遣员",
        reach="region",
        region_id=region.pk,
        grid_ids=frozenset(),
        class_codes=("E05",),
        grants=frozenset({"cases.see"}),
    )
    assert seat.covers_class("E0501")
    assert not seat.covers_class("E0101")


def test_seats_cost_one_query_and_two_after_a_unit_has_changed(
    django_assert_num_queries: Any,
) -> None:
    user, unit = make_user(), make_unit()
    for _number in range(3):
        make_post("cases.see", user=user, unit=unit, grids=[make_grid(), make_grid()])
    account = User(pk=user.pk)
    with django_assert_num_queries(2):
        assert len(policy.seats_of(account, NOW)) == 3
    with django_assert_num_queries(1):
        assert all(len(seat.grid_ids) == 2 for seat in policy.seats_of(account, NOW))
    make_unit("street", parent=unit)
    with django_assert_num_queries(2):
        policy.seats_of(account, NOW)


def test_a_user_asks_for_seats_once(django_assert_max_num_queries: Any) -> None:
    user = fresh(make_post("cases.see").user)
    with django_assert_max_num_queries(2):
        assert user.has_grant("cases.see")
        assert not user.has_grant("cases.file")
        assert len(user.seats) == 1


def test_posts_not_yet_or_no_longer_held_and_closed_accounts_have_no_seats() -> None:
    user = make_user()
    make_post("cases.see", user=user, valid_from=NOW + DAY)
    make_post("cases.see", user=user, valid_from=NOW - 2 * DAY, valid_to=NOW)
    assert policy.seats_of(user, NOW) == ()
    held = make_post("cases.see").user
    held.is_active = False
    assert policy.seats_of(held, NOW) == ()


def test_duties_count_while_they_last() -> None:
    grid, other = make_grid(), make_grid()
    post = make_post("cases.see", grids=[grid])
    actor = queries.system_actor()
    services.appoint_worker(
        actor=actor,
        grid=other,
        post=post,
        role="substitute",
        valid_from=NOW,
        valid_to=NOW + DAY,
        now=NOW,
    )
    grids = [policy.seats_of(post.user, NOW + hours)[0].grid_ids for hours in (-DAY, 0 * DAY, DAY)]
    assert grids == [{grid.pk}, {grid.pk, other.pk}, {grid.pk}]


def test_a_moved_unit_takes_those_below_it_along_and_cannot_lie_below_itself() -> None:
    actor = queries.system_actor()
    a, b = make_unit(), make_unit()
    child = make_unit("street", parent=a)
    leaf = make_unit("community", parent=child)
    services.edit_unit(
        actor=actor, unit=child, name="x", kind="street", code="X1", parent=b, now=NOW
    )
    leaf.refresh_from_db()
    assert leaf.path == f"/{b.pk}/{child.pk}/{leaf.pk}/"
    assert queries.unit_tree().centre_of(leaf.pk) == b.pk
    with pytest.raises(Refused, match=r"below itself|自己"):
        services.edit_unit(
            actor=actor, unit=b, name="y", kind="centre", code="Y1", parent=leaf, now=NOW
        )
    with pytest.raises(Refused, match="X1"):
        services.add_unit(actor=actor, name="z", kind="street", code="X1", now=NOW)


def test_centres_above_one_another_are_found_through_other_units() -> None:
    city = make_unit("centre")
    bureau = make_unit("department", parent=city)
    district = make_unit("centre", parent=bureau)
    tree = queries.unit_tree()
    assert tree.parent_centre_of(district.pk) == city.pk
    assert tree.parent_centre_of(city.pk) is None


def test_a_grid_has_one_primary_worker_at_a_time() -> None:
    grid = make_grid()
    first = make_post("cases.see", grids=[grid])
    with pytest.raises(IntegrityError, match="staff_one_primary_worker"), transaction.atomic():
        make_post("cases.see", grids=[grid])
    second = make_post("cases.see")
    services.appoint_worker(actor=queries.system_actor(), grid=grid, post=second, now=NOW)
    assert [duty.post_id for duty in queries.workers_of([grid.pk], now=NOW)] == [second.pk]
    assert [d.post_id for d in queries.workers_of([grid.pk], now=NOW - DAY)] == [first.pk]


def test_grids_without_a_worker_are_listed() -> None:
    kept, bare = make_grid(), make_grid()
    post = make_post("cases.see", grids=[kept])
    assert list(queries.grids_without_worker(now=NOW)) == [bare]
    services.end_post(actor=queries.system_actor(), post=post, now=NOW)
    assert set(queries.grids_without_worker(now=NOW)) == {kept, bare}
