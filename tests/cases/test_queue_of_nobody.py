"""Badges where the posts reach no case at all."""

from __future__ import annotations

import pytest
from django.utils import timezone

from linli.cases.queries import badges_for
from tests.factories import make_post, make_user


@pytest.mark.django_db
def test_a_worker_without_a_grid_has_badges_of_nothing() -> None:
    user = make_user()
    make_post("cases.check", "cases.see", user=user, reach="grids")
    found = badges_for(user, now=timezone.now())
    assert found
    assert {badge.waiting for badge in found} == {0}
