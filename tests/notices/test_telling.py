"""Staff are told on their screens, in their language, together with the change or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import translation
from django.utils.functional import lazystr

from linli.kernel.rows import Batch
from linli.notices import queries, rules, services
from linli.notices.models import Notice

NOW = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
KIND = rules.NoticeKind("cases.late", lazystr("Case %(number)s is late by %(hours)d h."))


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(rules, "_notice_kinds", {})
    rules.register_notices(KIND)
    return iter(())


@pytest.fixture
def people(db: None) -> list[AbstractBaseUser]:
    make = get_user_model().objects.create
    return [make(username=name, name=name) for name in ("zhang", "li", "wang")]


def tell(*people: AbstractBaseUser, **more: Any) -> int:
    given: dict[str, Any] = {
        "user_ids": [person.pk for person in people],
        "kind": "cases.late",
        "params": {"number": "2026-1", "hours": 3},
        "url": "/desk/cases/2026-1",
        "now": NOW,
    }
    return services.tell(**{**given, **more})


def test_each_person_is_told_once(people: list[AbstractBaseUser]) -> None:
    zhang, li, wang = people
    assert tell(zhang, li, zhang) == 2
    assert [queries.unread_count(person) for person in (zhang, li, wang)] == [1, 1, 0]
    (notice,) = queries.notices_for(zhang).rows
    assert notice.sentence == "Case 2026-1 is late by 3 h."
    assert notice.url == "/desk/cases/2026-1"


def test_telling_nobody_is_no_fault(people: list[AbstractBaseUser]) -> None:
    assert tell() == 0


def test_telling_costs_the_same_for_one_and_for_many(
    people: list[AbstractBaseUser], django_assert_num_queries: Any
) -> None:
    with transaction.atomic(), django_assert_num_queries(1):
        tell(*people)
    batch = Batch()
    with django_assert_num_queries(0):
        tell(*people, batch=batch)
    with django_assert_num_queries(1):
        batch.write()
    assert Notice.objects.count() == 6


def test_a_notice_is_taken_back_with_the_change(people: list[AbstractBaseUser]) -> None:
    with transaction.atomic():
        tell(people[0])
        transaction.set_rollback(True)
    assert queries.unread_count(people[0]) == 0


@pytest.mark.parametrize("wrong", [{"kind": "cases.unheard"}, {"params": {"number": "2026-1"}}])
def test_a_kind_or_a_fact_that_is_missing_is_a_bug_at_once(
    people: list[AbstractBaseUser], wrong: dict[str, Any]
) -> None:
    with pytest.raises(KeyError):
        tell(people[0], **wrong)
    assert not Notice.objects.exists()


def test_an_old_notice_whose_words_have_changed_is_still_a_sentence() -> None:
    assert Notice(kind="cases.late", params={"number": "1", "hours": 2}).sentence
    assert "…" in rules.sentence("cases.late", {"hours": 1})
    with translation.override("en"):
        assert rules.sentence("cases.gone", {}).endswith(".")


def test_bells_ring_for_the_people_told(people: list[AbstractBaseUser]) -> None:
    heard: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        from linli.kernel import live

        patch.setattr(live, "payload", lambda topic, facts: heard.append(f"{topic} {facts}") or "")
        tell(*people)
        services.mark_all_read(user=people[0], until_id=10**9, now=NOW)
        services.mark_all_read(user=people[0], until_id=10**9, now=NOW)
    ids = [person.pk for person in people]
    assert heard == [f"notice {{'users': {ids}}}", f"notice {{'users': {ids[:1]}}}"]


def test_a_bell_for_thousands_fits_into_notify() -> None:
    batch = Batch()
    tell(user_ids=range(10**9, 10**9 + 3000), batch=batch)
    assert len(batch.notices) > 1
    assert max(len(payload) for _channel, payload in batch.notices) < 8000


def test_people_read_their_own_notices_only(people: list[AbstractBaseUser]) -> None:
    zhang, li, _wang = people
    tell(zhang, li)
    both = list(Notice.objects.values_list("pk", flat=True))
    assert services.mark_read(user=zhang, notice_ids=both, now=NOW) == 1
    assert services.mark_read(user=zhang, notice_ids=both, now=NOW) == 0
    assert (queries.unread_count(zhang), queries.unread_count(li)) == (0, 1)
    assert queries.notices_for(zhang, unread=True).rows == []


def test_notices_come_newest_first_and_page_without_gaps(
    people: list[AbstractBaseUser], django_assert_num_queries: Any
) -> None:
    for hours in range(7):
        tell(people[0], params={"number": "2026-1", "hours": hours})
    seen, cursor = [], None
    while True:
        with django_assert_num_queries(1):
            page = queries.notices_for(people[0], cursor=cursor, size=3)
        seen += [notice.params["hours"] for notice in page.rows]
        if (cursor := page.next) is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1, 0]


def test_notices_are_forgotten_half_a_year_after_they_were_read(
    people: list[AbstractBaseUser],
) -> None:
    zhang, li, _wang = people
    tell(zhang, li)
    services.mark_all_read(user=zhang, until_id=10**9, now=NOW)
    assert services.prune(now=NOW + timedelta(days=180)) == 0
    assert services.prune(now=NOW + timedelta(days=180, seconds=1)) == 1
    assert Notice.objects.get().user_id == li.pk
