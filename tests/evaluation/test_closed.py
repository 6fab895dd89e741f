"""A closed period beside its recount: whatever happened since, the cases explain the difference."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.test import Client

from linli.cases import services as cases
from linli.cases.models import Case
from linli.evaluation.models import Freeze
from linli.evaluation.queries import frozen
from linli.evaluation.queries.figures import summed_bits
from linli.evaluation.queries.seeing import frozen_facts
from linli.evaluation.rules.counts import COUNTS, Source
from linli.staff.models import User
from tests.cases.city import City
from tests.conftest import NOW
from tests.evaluation.test_figures import LATER, act, close_march, live
from tests.factories import make_post

pytestmark = pytest.mark.django_db


def sums(made: Freeze) -> Counter[str]:
    """Every count of a version, in the words of the page."""
    found = Counter[str]()
    for source in Source:
        rows = frozen_facts(made, source)
        for row in summed_bits(rows, "freeze_id", COUNTS[source]).values():
            for base in COUNTS[source]:
                found[frozen._said(source, base)] += row[base.code]
    return found


def test_what_the_cases_gained_and_lost_is_the_difference_of_every_figure(
    city: City, judge: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reopened, voided, merged, reworked, handled late: each in April, each of March."""
    home = city.districts[0]
    reopened, voided, merged, into, checked = (
        live(city, upto, start=10 * n)
        for n, upto in enumerate(("close", "report_back", "file", "file", "request_check"))
    )
    live(city, "accept", start=60, place=1)  # overdue at the end of March, and nothing since
    first = close_march(judge, LATER)
    april = (LATER - NOW).total_seconds() / 60 + 60
    grants = ("cases.see", "cases.reopen", "cases.void", "cases.intake", "cases.close")
    post = make_post(*grants, unit=home.street_centre, region=home.street)
    chief = User.objects.get(pk=post.user_id)
    act(reopened, chief, "reopen", april, opinion="没有清理")
    act(voided, chief, "void", april, opinion="不属实")
    act(merged, chief, "merge", april, into=into.number, opinion="重复")
    act(checked, home.user("worker"), "check", april, passed=False, place=home.place())
    act(checked, chief, "rework", april + 1, opinion="未清理干净")
    second = close_march(judge, LATER + timedelta(days=2), "复核")
    monkeypatch.setattr(frozen, "MOST_CASES", 2)  # the list has pages; together they are all
    explained, seen, after = Counter[str](), list[Case](), None
    while True:
        found = frozen.differences(judge, first, second, after=after)
        for one in found.cases:
            seen.append(one.case)
            explained.update(one.come)
            explained.subtract(one.gone)
            assert one.since  # each says what has happened
        after = found.after
        if after is None:
            break
    assert {one.pk for one in seen} == {one.pk for one in (reopened, voided, merged, checked)}
    assert len(seen) == 4
    before, now = sums(first), sums(second)
    assert {k: now[k] - before[k] for k in before if now[k] != before[k]} == {
        k: n for k, n in explained.items() if n
    }
    assert {words: (was, new) for words, was, new in found.totals} == {
        k: (before[k], now[k]) for k in before if now[k] != before[k]
    }
    assert {"结案数", "结案数（按单位）"} <= {words for words, _was, _now in found.totals}
    client = Client()
    client.force_login(judge)
    page = client.get(f"/evaluation/periods/{second.pk}/differences/").content.decode()
    assert f"?after={found.cases[0].case.pk}" not in page
    assert "结案数（按单位）" in page
    assert "after=" in page


def test_who_sees_a_part_is_told_how_many_more_cases_differ(city: City, judge: User) -> None:
    case = live(city, "close", place=1)
    first = close_march(judge, LATER)
    other = city.districts[1]
    post = make_post("cases.see", "cases.reopen", unit=other.street_centre, region=other.street)
    cases.reopen(case_id=case.pk, actor=User.objects.get(pk=post.user_id), opinion="没有清理",
                 now=LATER + timedelta(hours=1))  # fmt: skip
    second = close_march(judge, LATER + timedelta(days=1), "投诉")
    home = city.districts[0]
    post = make_post("cases.see", "evaluation.see", unit=home.centre, region=home.region)
    found = frozen.differences(User.objects.get(pk=post.user_id), first, second)
    assert (found.cases, found.hidden) == ([], 1)
    assert found.totals  # of every case
