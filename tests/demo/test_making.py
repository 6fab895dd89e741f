"""The demo as a newcomer finds it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from linli.demo.services.making import read_notices
from linli.notices.models import Notice
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_people_of_the_demo_have_read_what_is_older_than_a_day(now: datetime) -> None:
    first, second = make_user(), make_user()
    old, fresh, others = (
        Notice.objects.create(
            user=user, kind="cases.dispatched", url="/start/", created_at=at,
            params={"number": "1", "address": "a"},
        )
        for user, at in (
            (first, now - timedelta(days=3)),
            (first, now - timedelta(hours=3)),
            (second, now - timedelta(days=2)),
        )
    )  # fmt: skip
    read_notices(now=now)
    for notice, read_at in ((old, now), (fresh, None), (others, now)):
        notice.refresh_from_db()
        assert notice.read_at == read_at
