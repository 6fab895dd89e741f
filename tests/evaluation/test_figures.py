"""From the moves of a case to the figures of a period: followed, counted, opened, closed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from linli.cases import services as cases
from linli.cases.models import Case, KeptCases
from linli.evaluation.models import CaseFact, Freeze, FrozenFact, StepFact, TaskFact, Touched
from linli.evaluation.queries import books, drilling, frozen
from linli.evaluation.queries.figures import (
    Figures,
    counts_for,
    figures_for,
    frozen_figures,
)
from linli.evaluation.rules import counts
from linli.evaluation.rules.periods import Period, Span
from linli.evaluation.rules.subjects import DIMENSIONS
from linli.evaluation.services import following, formulas, freezing
from linli.kernel.errors import BadInput, NotYours, Refused
from linli.staff.models import User
from tests.cases.city import City, photo
from tests.conftest import NOW
from tests.factories import make_post

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=60)
MARCH = Period.around(Span.MONTH, date(2026, 3, 10))
LIFE = ("file", "dispatch", "accept", "report_back", "request_check", "check", "close")


def minutes(n: float) -> datetime:
    return NOW + timedelta(minutes=n)


def live(city: City, upto: str, *, start: float = 0, place: int = 0, **report: Any) -> Case:
    """A case up to and with a move, a minute each; in district `place`."""
    home = city.districts[place]
    steps: dict[str, tuple[str, dict[str, Any]]] = {
        "file": ("street_chief", {"case_class": "E0102"}),
        "dispatch": ("street_dispatcher", {"unit": home.department.pk}),
        "accept": ("handler", {}),
        "report_back": ("handler", {"opinion": "已清理"}),
        "request_check": ("street_dispatcher", {}),
        "check": ("worker", {"passed": True, "place": home.place()}),
        "close": ("street_chief", {}),
    }
    given = {"description": "垃圾", "place": home.place(), "channel": "portal"} | report
    case = cases.report(**given, now=minutes(start)).case
    for number, move in enumerate(LIFE, 1):
        if upto == "report":
            break
        act(case, home.user(steps[move][0]), move, start + number, **steps[move][1])
        if move == upto:
            break
    return case


def act(case: Case, user: User, move: str, minute: float, **inputs: Any) -> None:
    if move in ("report_back", "check"):
        inputs["files"] = [photo(user, now=minutes(minute))]
    cases.perform(move, case_id=case.pk, actor=user, now=minutes(minute), **inputs)


def counted(figures: Figures) -> dict[str, int]:
    return dict(figures.sum.counts)


def test_every_event_touches_its_case_and_the_job_makes_its_facts(city: City) -> None:
    case = live(city, "close")
    assert Touched.objects.filter(case_id=case.pk).count() == 8
    assert following.follow() == 1
    assert following.follow() == 0
    assert not Touched.objects.exists()
    fact = CaseFact.objects.get(case_id=case.pk)
    assert (fact.event_number, fact.closed_at, fact.on_time) == (8, minutes(7), True)
    assert fact.district_id == city.districts[0].region.pk
    assert [t.unit_id for t in TaskFact.objects.all()] == [city.districts[0].department.pk]
    steps = set(StepFact.objects.values_list("step", flat=True))
    assert steps == {"take", "file", "dispatch", "ask_check", "check", "close", "ground"}


def test_a_job_that_dies_loses_nothing(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    live(city, "file")

    def die(_ids: object) -> None:
        raise RuntimeError("the worker was killed")

    monkeypatch.setattr(following, "make", die)
    with pytest.raises(RuntimeError):
        following.follow()
    monkeypatch.undo()
    assert Touched.objects.count() == 2
    assert following.follow() == 1


def test_rebuilding_gives_what_following_gave(city: City) -> None:
    for place, upto in enumerate(("close", "report_back")):
        live(city, upto, place=place)
    following.follow()
    before = [
        list(model.objects.order_by("pk").values()) for model in (CaseFact, TaskFact, StepFact)
    ]
    CaseFact.objects.all().delete()
    assert following.rebuild() == 2
    after = [
        list(model.objects.order_by("pk").values()) for model in (CaseFact, TaskFact, StepFact)
    ]
    assert before == after


def test_figures_are_the_sum_of_their_cases_and_open_them(city: City, judge: User) -> None:
    """Every count of every way to tell apart, at once and one by one: SQL says what Python says of
    each fact, and the list behind a number has as many facts as the number."""
    live(city, "close")
    live(city, "report_back", start=10)
    late = live(city, "accept", start=20, place=1)
    act(late, city.districts[1].user("handler"), "report_back", 1200, opinion="晚了")
    live(city, "report", start=30, channel="hotline")
    following.follow()
    for dimension in DIMENSIONS.values():
        if dimension.code in ("district", "community"):  # as streets are
            continue
        found = figures_for(judge, dimension, MARCH, now=LATER)
        rows = list(
            {"case": CaseFact, "task": TaskFact, "step": StepFact}[dimension.source].objects.all()
        )
        assert rows
        every = counts_for(judge, dimension, MARCH.since, MARCH.until)
        for base in counts.COUNTS[dimension.source]:
            alone = sum(base.when.holds(row, MARCH.since, MARCH.until) for row in rows)
            assert sum(row[base.code] for row in every.values()) == alone
            if base not in found.bases:
                continue
            assert counted(found)[base.code] == alone, (dimension.code, base.code)
            if not alone:  # no link
                continue
            opened = drilling.cases_of(
                judge, dimension, MARCH, base, drilling.EVERYTHING, now=LATER
            )
            assert opened.count == alone
            told = [line for line in found.lines if line.counts[base.code]]  # these have links
            parts = [
                drilling.cases_of(
                    judge, dimension, MARCH, base,
                    drilling.NOWHERE if line.key is None else str(line.key), now=LATER,
                ).count
                for line in told
            ]  # fmt: skip
            assert parts == [line.counts[base.code] for line in told]
    units = figures_for(judge, DIMENSIONS["unit"], MARCH, now=LATER)
    assert counted(units)["late_handled"] == 1


def test_a_reader_counts_only_what_they_see(city: City, judge: User) -> None:
    live(city, "close")
    live(city, "close", start=10, place=1)
    following.follow()
    home = city.districts[0]
    post = make_post("cases.see", "evaluation.see", unit=home.centre, region=home.region)
    reader = User.objects.get(pk=post.user_id)
    assert counted(figures_for(judge, DIMENSIONS["unit"], MARCH, now=LATER))["closed"] == 2
    own = figures_for(reader, DIMENSIONS["unit"], MARCH, now=LATER)
    assert counted(own)["closed"] == 1
    found = drilling.cases_of(
        reader, DIMENSIONS["unit"], MARCH, counts.base(counts.Source.TASK, "closed"),
        drilling.EVERYTHING, now=LATER,
    )  # fmt: skip
    assert [one.district_id for one in found.cases] == [home.region.pk]


def test_figures_cost_the_same_whatever_the_number_of_cases(
    city: City, judge: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        live(city, "close", start=number * 10, place=number % 2)
    following.follow()
    for code in ("unit", "grid", "class", "collector"):
        with django_assert_max_num_queries(8):
            assert figures_for(judge, DIMENSIONS[code], MARCH, now=LATER).lines


def test_what_is_not_due_yet_is_not_owed_in_a_running_month(city: City, judge: User) -> None:
    live(city, "accept")  # four working hours
    following.follow()
    early = figures_for(judge, DIMENSIONS["unit"], MARCH, now=minutes(30))
    assert counted(early)["should_handle"] == 0
    assert counted(figures_for(judge, DIMENSIONS["unit"], MARCH, now=LATER))["should_handle"] == 1


# -- closed periods --------------------------------------------------------------------------------
def close_march(judge: User, now: datetime, reason: str = "") -> Freeze:
    made = freezing.freeze(actor=judge, now=now, span="month", day=MARCH.first, reason=reason)
    freezing.make(freeze_id=made.pk)
    made.refresh_from_db()
    return made


def test_a_closed_period_keeps_its_figures_and_a_recount_says_what_differs(
    city: City, judge: User
) -> None:
    case = live(city, "close")
    live(city, "report_back", start=20)
    first = close_march(judge, LATER)
    unit = DIMENSIONS["unit"]
    figures = frozen_figures(judge, first, unit, MARCH)
    assert counted(figures) == counted(figures_for(judge, unit, MARCH, now=LATER))
    assert [line.grade for line in figures.lines] == ["B"]  # 10 + 15 + 30 + 30 points
    # late, the resident disputes the closing: the live figures change, the closed ones do not
    chief = make_post("cases.see", "cases.reopen", unit=city.districts[0].street_centre,
                      region=city.districts[0].street)  # fmt: skip
    cases.reopen(case_id=case.pk, actor=User.objects.get(pk=chief.user_id), opinion="没有清理",
                 now=LATER + timedelta(hours=1))  # fmt: skip
    following.follow()
    assert counted(figures_for(judge, unit, MARCH, now=LATER))["closed"] == 0
    assert counted(frozen_figures(judge, first, unit, MARCH)) == counted(figures)
    with pytest.raises(BadInput) as refusal:
        close_march(judge, LATER + timedelta(days=1))
    assert refusal.value.field == "reason"
    second = close_march(judge, LATER + timedelta(days=1), "居民投诉")
    assert second.number == 2
    found = frozen.differences(judge, first, second)
    assert [one.case.pk for one in found.cases] == [case.pk]
    change = found.cases[0]
    assert "结案数" in [str(label) for label in change.gone]
    assert [str(label) for label, _at in change.since] == ["重新开案"]
    totals = {str(label): (was, now) for label, was, now in found.totals}
    assert totals["结案数"] == (1, 0)


def test_every_number_of_a_closed_period_opens_its_cases(city: City, judge: User) -> None:
    live(city, "close")
    made = close_march(judge, LATER)
    for code in ("grid", "unit", "chief", "channel"):
        dimension = DIMENSIONS[code]
        found = frozen_figures(judge, made, dimension, MARCH)
        for base in counts.COUNTS[dimension.source]:
            for line in found.lines:
                if not line.counts[base.code]:
                    continue
                opened = drilling.cases_of(
                    judge, dimension, MARCH, base, str(line.key), freeze=made, now=LATER
                )
                assert opened.count == line.counts[base.code]


def test_only_a_period_that_is_over_is_closed_by_somebody_who_may(city: City, judge: User) -> None:
    with pytest.raises(BadInput) as refusal:
        freezing.freeze(actor=judge, now=NOW, span="month", day=MARCH.first)
    assert refusal.value.field == "day"
    with pytest.raises(NotYours):
        freezing.freeze(actor=city.user("leader"), now=LATER, span="month", day=MARCH.first)
    made = close_march(judge, LATER)
    rows = FrozenFact.objects.filter(freeze_id=made.pk).count()
    assert freezing.make(freeze_id=made.pk) == made.facts == rows  # safe to run twice


# -- formulas ------------------------------------------------------------------------------------
def test_formulas_are_changed_in_a_draft_and_in_force_from_a_day_on(judge: User) -> None:
    draft = formulas.begin_draft(actor=judge, now=NOW)
    assert formulas.begin_draft(actor=judge, now=NOW) == draft
    given = {
        "actor": judge, "now": NOW, "version_id": draft.pk, "subject": "unit", "shows": "rate",
        "label_zh": "退单率",
    }  # fmt: skip
    with pytest.raises(BadInput, match="第 12 个字符"):
        formulas.set_formula(**given, code="decline_rate", formula="declined / flied")
    formulas.set_formula(**given, code="decline_rate", formula="declined / filed")
    with pytest.raises(BadInput) as refusal:
        formulas.publish(
            actor=judge, now=NOW, version_id=draft.pk, note="退单", valid_from=date(2026, 3, 1)
        )
    assert refusal.value.field == "valid_from"
    april = date(2026, 4, 1)
    formulas.publish(actor=judge, now=NOW, version_id=draft.pk, note="退单", valid_from=april)
    first, second = books.version_on(date(2026, 3, 31)), books.version_on(april)
    assert [(one.number, one.last_on) for one in (first, second)] == [
        (1, date(2026, 3, 31)), (2, None),
    ]  # fmt: skip
    with pytest.raises(Refused, match="不能修改"):
        formulas.set_formula(**given, code="other_rate", formula="declined / filed")


def test_the_database_refuses_to_change_a_published_formula() -> None:
    version = books.version_on(NOW.date())
    with pytest.raises(IntegrityError), transaction.atomic():
        version.indicators.filter(code="total").update(formula="100")
    with pytest.raises(IntegrityError), transaction.atomic():
        version.indicators.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(version).objects.filter(pk=version.pk).update(note="anders")


def test_a_formula_that_another_one_needs_stays(judge: User) -> None:
    draft = formulas.begin_draft(actor=judge, now=NOW)
    row = draft.indicators.get(subject="unit", code="rework_rate")
    with pytest.raises(BadInput, match="rework_rate"):
        formulas.remove_formula(actor=judge, now=NOW, version_id=draft.pk, indicator_id=row.pk)


def test_the_points_of_grades_fall(judge: User) -> None:
    draft = formulas.begin_draft(actor=judge, now=NOW)
    given = {"actor": judge, "now": NOW, "version_id": draft.pk}
    with pytest.raises(BadInput) as refusal:
        formulas.set_edges(**given, edges={"A": 80, "B": 85, "C": 60, "D": 40})
    assert refusal.value.field == "edges"
    formulas.set_edges(**given, edges={"A": 95, "B": 85, "C": 60, "D": 40})
    draft.refresh_from_db()
    assert draft.edges["A"] == 95


# -- pages ---------------------------------------------------------------------------------------
@pytest.fixture
def browser(judge: User) -> Client:
    client = Client()
    client.force_login(judge)
    return client


def test_the_page_shows_numbers_that_open_and_formulas(city: City, browser: Client) -> None:
    live(city, "close")
    following.follow()
    page = browser.get("/evaluation/?by=unit&span=month&day=2026-03-10")
    text = page.content.decode()
    assert page.status_code == 200
    assert "100.00 %" in text
    assert "结案数 ÷ 应结案数" in text
    unit = city.districts[0].department.pk
    asked = f"by=unit&span=month&day=2026-03-10&count=closed&key={unit}"
    number = browser.get(f"/evaluation/cases/?{asked}")
    assert Case.objects.get().number in number.content.decode()
    kept = browser.post(f"/evaluation/cases/keep?{asked}")  # and go on with them at the desk
    assert kept["Location"].startswith("/desk/cases/?kept=")
    assert KeptCases.objects.get().case_ids == [Case.objects.get().pk]
    assert city.districts[0].department.label in KeptCases.objects.get().words


def test_the_file_holds_exactly_the_table_and_no_formula_of_a_stranger(
    city: City, browser: Client
) -> None:
    live(city, "close")
    following.follow()
    home = city.districts[0]
    home.department.name = '=HYPERLINK("http://x")'
    home.department.save()
    asked = "by=unit&span=month&day=2026-03-10"
    answer = browser.get(f"/evaluation/export/csv?{asked}")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("处置单位,立案数,应处置数,")
    assert lines[1].startswith("\"'=HYPERLINK")
    assert lines[2].startswith("合计,1,1,")
    assert browser.get(f"/evaluation/export/xlsx?{asked}").content[:2] == b"PK"


@pytest.mark.parametrize(
    "asked", ["by=moon", "by=unit&span=decade", "by=unit&day=yesterday", "freeze=x", "freeze=99"]
)
def test_a_question_nobody_can_answer_is_refused_in_words(browser: Client, asked: str) -> None:
    assert browser.get(f"/evaluation/?{asked}").status_code in (400, 404)


def test_a_worker_sees_what_counts_of_their_own_work_and_of_nobody_elses(city: City) -> None:
    case = live(city, "close")
    following.follow()
    worker = city.districts[0].user("worker")
    client = Client()
    client.force_login(worker)
    page = client.get("/evaluation/mine/?span=month&day=2026-03-10").content.decode()
    assert "按时核查率" in page
    own, other = worker.seats[0].post_id, city.districts[0].posts["street_chief"].pk
    asked = "by=collector&span=month&day=2026-03-10&count=should_check&own=1"
    assert case.number in client.get(f"/evaluation/cases/?{asked}&key={own}").content.decode()
    assert client.get(f"/evaluation/cases/?{asked}&key={other}").status_code == 400
    assert client.post(f"/evaluation/cases/keep?{asked}&key={other}").status_code == 400
    assert client.get("/evaluation/?by=collector").status_code == 403


def test_formulas_are_written_and_periods_closed_on_pages(city: City, browser: Client) -> None:
    assert browser.get("/evaluation/formulas/").status_code == 200
    draft = browser.post("/evaluation/formulas/new", follow=True)
    assert draft.status_code == 200
    version = books.draft()
    assert version is not None
    new = f"/evaluation/formulas/{version.pk}/new/"
    given = {"subject": "unit", "code": "own_rate", "label_zh": "自有率", "shows": "rate"}
    wrong = browser.post(new, {**given, "formula": "closed /"})
    assert wrong.status_code == 422
    assert "第 9 个字符" in wrong.content.decode()
    assert browser.post(new, {**given, "formula": "closed / filed"}).status_code == 302
    assert version.indicators.filter(code="own_rate").exists()
    drop = f"/evaluation/formulas/{version.pk}/drop"
    assert "草稿中的修改将全部丢失" in browser.get(drop).content.decode()
    assert books.draft() == version, "asked, and not yet answered"
    assert "草稿已放弃" in browser.post(drop, follow=True).content.decode()
    assert books.draft() is None
    too_early = browser.post("/evaluation/periods/", {"span": "year", "day": "2090-01-01"})
    assert too_early.status_code == 422
    assert (
        browser.post("/evaluation/periods/", {"span": "month", "day": "2026-03-01"}).status_code
        == 302
    )
    asks_by_itself = 'hx-trigger="every 2s"'
    assert asks_by_itself in browser.get("/evaluation/periods/").content.decode()
    made = Freeze.objects.get()
    assert not frozen.any_counted([made], now=made.frozen_at + timedelta(hours=2))
    freezing.make(freeze_id=made.pk)
    assert asks_by_itself not in browser.get("/evaluation/periods/").content.decode()
    frozen_page = browser.get(f"/evaluation/?freeze={Freeze.objects.get().pk}&by=unit")
    assert "已封存" in frozen_page.content.decode()
