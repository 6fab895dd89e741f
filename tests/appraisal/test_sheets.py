"""From an opened month to a signed sheet: hands, privacy, appeal, what stays."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from linli.appraisal import policy
from linli.appraisal.models import Input, Scheme, SchemeLine, Sheet, SheetEvent
from linli.appraisal.queries import sheets as queries
from linli.appraisal.queries.paper import paper_of
from linli.appraisal.rules.schemes import Origin
from linli.appraisal.rules.states import DEEDS, FORWARD
from linli.appraisal.services.moving import report_self
from linli.appraisal.services.opening import open_month
from linli.appraisal.services.scoring import Given, adjust_sheet, drop_adjustment, score_sheet
from linli.cases.queries.badges import waiting_for
from linli.kernel.errors import BadInput, NotFound, NotYours, Refused
from linli.notices.models import Notice
from linli.staff.models import Post, User
from tests.appraisal.office import (
    AFTER_APPEALS,
    LATER,
    MARCH,
    Office,
    do,
    given_for,
    make_office,
    opened,
    reported,
    shown,
    signed,
)
from tests.conftest import NOW
from tests.factories import make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return make_office()


def line_of(sheet: Sheet, origin: str) -> SchemeLine:
    return sheet.scheme.lines.filter(origin=origin).first()  # type: ignore[return-value]


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


# -- opening ------------------------------------------------------------------------------------
def test_a_month_is_opened_once_for_the_posts_below(office: Office) -> None:
    sheet = opened(office)
    assert sheet.unit == office.city.districts[0].street_centre
    assert Sheet.objects.count() == 2, "both workers of the district, none of the other one"
    again = open_month(actor=office.clerk, month=MARCH, role_id=office.role_id, now=LATER)
    assert again == 0
    assert Notice.objects.filter(user=office.worker, kind="appraisal.opened").count() == 1


def test_a_month_that_is_not_over_or_has_no_scheme_is_refused(office: Office) -> None:
    given: dict[str, Any] = {"actor": office.clerk, "role_id": office.role_id}
    with pytest.raises(BadInput, match="2026-03 is not over yet"):
        open_month(**given, month=MARCH, now=NOW)
    Scheme.objects.filter(role=office.role_id).update(last_on="2026-03-30")
    with pytest.raises(BadInput, match="no scheme for 2026-03"):
        open_month(**given, month=MARCH, now=LATER)


def test_opening_costs_the_same_statements_for_figures_however_many_posts(
    office: Office, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(45):
        opened(office)


# -- who sees it --------------------------------------------------------------------------------
def test_a_sheet_is_seen_by_its_worker_and_those_above_alone(office: Office) -> None:
    sheet = opened(office)
    for user in (office.worker, office.scorer, office.reviewer, office.second):
        assert queries.sheet_for(user, sheet.pk) == sheet
    for user in (office.colleague, office.other):
        with pytest.raises(NotFound):
            queries.sheet_for(user, sheet.pk)
        assert browser(user).get(f"/appraisal/{sheet.pk}/print/").status_code == 404
    assert [one.user for one in queries.own_sheets(office.colleague)] == [office.colleague]


def test_lists_are_ordered_by_unit_and_name_never_by_points(office: Office) -> None:
    opened(office)
    order = str(queries.sheets_for(office.clerk).query).split("ORDER BY")[1]
    assert "total" not in order
    assert "factor" not in order


# -- points -------------------------------------------------------------------------------------
def test_samples_of_fewer_than_five_are_refused_and_no_answer_is_kept(office: Office) -> None:
    sheet = reported(office)
    line = line_of(sheet, Origin.SURVEY)
    with pytest.raises(BadInput, match="at least 5 people") as refusal:
        score_sheet(
            actor=office.scorer, sheet_id=sheet.pk, now=LATER,
            given={line.pk: Given(total=D(4), people=4)},
        )  # fmt: skip
    assert refusal.value.field == f"line_{line.pk}"
    for bad in (Given(total=D(6), people=5), Given(total=D("2.5"), people=5)):
        with pytest.raises(BadInput, match="said yes"):
            score_sheet(actor=office.scorer, sheet_id=sheet.pk, given={line.pk: bad}, now=LATER)
    score_sheet(
        actor=office.scorer, sheet_id=sheet.pk, given={line.pk: Given(total=D(2), people=6)},
        now=LATER,
    )  # fmt: skip
    kept = Input.objects.get(sheet=sheet, line=line)
    assert (kept.points, kept.detail) == (D("33.33"), {"yes": 2, "asked": 6})


def test_additions_keep_within_the_limit_of_the_scheme(office: Office) -> None:
    sheet = reported(office)

    def add(points: str) -> None:
        adjust_sheet(
            actor=office.scorer, sheet_id=sheet.pk, points=D(points), reason="防汛值守", now=LATER
        )

    add("3")
    with pytest.raises(BadInput, match="additions of 5 points in all"):
        add("2.01")
    add("-10")
    with pytest.raises(BadInput, match="deductions of 10 points in all"):
        add("-0.01")
    drop_adjustment(actor=office.scorer, sheet_id=sheet.pk, number=1, now=LATER)
    add("5")
    assert [one.points for one in sheet.adjustments.all()] == [D(-10), D(5)]
    words = list(SheetEvent.objects.filter(sheet=sheet, deed="unadjust").values_list("words"))
    assert words == [("+3.00: 防汛值守",)]


def test_a_sheet_of_which_too_little_is_known_is_not_handed_over(office: Office) -> None:
    sheet = reported(office)
    with pytest.raises(Refused, match="less than half of the weight"):
        do(office.scorer, sheet, "submit")


def test_a_worker_reports_for_every_line_that_asks_for_it(office: Office) -> None:
    sheet = opened(office)
    with pytest.raises(Refused, match="give yourself 0 to 100 points"):
        report_self(actor=office.worker, sheet_id=sheet.pk, words="走访", points={}, now=LATER)
    with pytest.raises(NotYours, match="worker may still report until"):
        do(office.scorer, sheet, "skip")
    after = sheet.report_until + timedelta(seconds=1)
    assert do(office.scorer, sheet, "skip", now=after).state == "scoring"


# -- what waits ---------------------------------------------------------------------------------
def test_what_waits_is_what_one_may_do_next_at_every_step(office: Office) -> None:
    """The badge, the list and the buttons agree: for everybody, also for one who may do all."""
    post = office.scorer.posts.get()
    post.grants = ["cases.see", *policy.GRANTS]
    post.save()
    everybody = [getattr(office, one.name) for one in fields(office)]
    ids = [one.pk for one in everybody if isinstance(one, User)]
    seen = set()

    def compare(sheet: Sheet) -> Sheet:
        history = queries.history_of(sheet)
        for user in User.objects.filter(pk__in=ids):
            for now in (NOW, LATER, AFTER_APPEALS):
                own, others = policy.waits_for(user, now)
                deeds = ("report", "appeal") if sheet.user_id == user.pk else FORWARD
                wanted = any(not policy.why_not(user, d, sheet, history, now) for d in deeds)
                waits = Sheet.objects.filter(own | others, pk=sheet.pk).exists()
                assert waits == wanted, (user, sheet.state, now)
                seen.add((waits, sheet.state))
        return sheet

    sheet = compare(reported(office))
    score_sheet(actor=office.scorer, sheet_id=sheet.pk, given=given_for(sheet), now=LATER)
    for who, deed in (
        (office.scorer, "submit"), (office.reviewer, "show"), (office.worker, "appeal"),
        (office.first, "change"), (office.second, "keep"), (office.scorer, "submit"),
        (office.reviewer, "show"), (office.signer, "sign"), (office.clerk, "archive"),
    ):  # fmt: skip
        sheet = compare(do(who, sheet, deed))
    for state in ("scoring", "review", "shown", "appealed", "signed"):
        assert {(True, state), (False, state)} <= seen
    assert (True, "archived") not in seen


def test_the_badges_count_the_lists(office: Office) -> None:
    opened(office)
    Sheet.objects.update(report_until=timezone.now() - timedelta(days=1))
    for user, badges in ((office.worker, {"appraisal_own": 1}),
                         (office.signer, {"appraisal_own": 0, "appraisal": 0}),
                         (office.scorer, {"appraisal_own": 0, "appraisal": 2})):  # fmt: skip
        found = waiting_for(User.objects.get(pk=user.pk))
        assert {name: n for name, n in found.items() if name.startswith("appraisal")} == badges
    page = browser(office.scorer).get("/appraisal/?waiting=1")
    assert len(page.context["rows"]) == 2
    assert page.context["navigation"].badges["appraisal"] == 2


# -- hands --------------------------------------------------------------------------------------
def test_every_deed_is_refused_to_who_may_not_do_it(office: Office) -> None:
    """Only one person of the office may do each deed; everybody else is told why."""
    sheet = shown(office)
    for user in (office.clerk, office.scorer, office.reviewer, office.first, office.signer):
        for deed in DEEDS:
            if deed != "report":
                with pytest.raises(NotYours):
                    do(user, sheet, deed)
    sheet.refresh_from_db()
    assert sheet.state == "shown"


def test_one_person_with_every_grant_still_acts_for_one_side_only(office: Office) -> None:
    sheet = reported(office)
    post = office.scorer.posts.get()
    post.grants = ["cases.see", *(f"appraisal.{v}" for v in ("score", "review", "hear", "sign"))]
    post.save()
    score_sheet(actor=office.scorer, sheet_id=sheet.pk, given=given_for(sheet), now=LATER)
    do(office.scorer, sheet, "submit")
    with pytest.raises(NotYours, match="different hands"):
        do(office.scorer, sheet, "show")
    do(office.reviewer, sheet, "show")
    do(office.worker, sheet, "agree")
    with pytest.raises(NotYours, match="different hands"):
        do(office.scorer, sheet, "sign")


def test_nobody_signs_the_own_sheet_not_even_in_the_database(office: Office) -> None:
    sheet = shown(office)
    with pytest.raises(IntegrityError, match="signed_by_somebody"), transaction.atomic():
        Sheet.objects.filter(pk=sheet.pk).update(
            state="signed", signed_by=office.worker, signed_at=LATER, total=90, factor=100
        )


# -- appeal -------------------------------------------------------------------------------------
def test_nothing_is_signed_while_the_worker_may_appeal(office: Office) -> None:
    sheet = shown(office)
    with pytest.raises(NotYours, match="may still appeal until 2026-04-09"):
        do(office.signer, sheet, "sign")
    with pytest.raises(NotYours, match="was possible until 2026-04-09"):
        do(office.worker, sheet, "appeal", now=AFTER_APPEALS)
    assert do(office.signer, sheet, "sign", now=AFTER_APPEALS).state == "signed"


@pytest.mark.parametrize(
    ("said", "state"),
    [(("keep", "keep"), "heard"), (("keep", "change"), "scoring"), (("change", "keep"), "scoring")],
)
def test_an_appeal_is_kept_only_if_both_say_so(
    office: Office, said: tuple[str, str], state: str
) -> None:
    sheet = do(office.worker, shown(office), "appeal")
    told = set(Notice.objects.filter(kind="appraisal.to_hear").values_list("user", flat=True))
    assert told == {office.first.pk, office.second.pk}
    assert do(office.first, sheet, said[0]).state == "appealed"
    with pytest.raises(NotYours, match="each once"):
        do(office.first, sheet, said[1])
    assert do(office.second, sheet, said[1]).state == state


def test_an_appeal_is_heard_once(office: Office) -> None:
    sheet = do(office.worker, shown(office), "appeal")
    do(office.first, sheet, "change")
    do(office.second, sheet, "change")
    do(office.scorer, sheet, "submit")
    do(office.reviewer, sheet, "show")
    with pytest.raises(NotYours, match="heard once"):
        do(office.worker, sheet, "appeal")
    assert do(office.signer, sheet, "sign").state == "signed"


# -- what stays ---------------------------------------------------------------------------------
def test_a_signed_sheet_holds_what_was_signed(office: Office) -> None:
    """88 × 15, 90 × 5, 86 × 15, 90 × 5, 86 × 5, 90 × 10 and 90 × 25 over 80: 7090 ÷ 80 = 88.63;
    nothing of the month is counted for the worker."""
    sheet = signed(office)
    assert (sheet.total, sheet.factor) == (D("88.63"), D("98.00"))
    assert sheet.result["formula"].endswith("÷ 80 = 88.63")
    paper = paper_of(sheet)
    assert [part.brings for part in paper.parts] == [D("22.13"), D("21.75"), D("16.63"), D("28.13")]
    rows = {row.line.label_zh: row.points for row in paper.rows}
    assert rows["网格员综合评分"] is None
    assert rows["群众满意率"] == D(90)


def test_the_database_keeps_a_signed_sheet_from_changing(office: Office) -> None:
    sheet = signed(office)
    attempts = [
        lambda: Sheet.objects.filter(pk=sheet.pk).update(total=99),
        lambda: Sheet.objects.filter(pk=sheet.pk).update(state="scoring"),
        lambda: Sheet.objects.filter(pk=sheet.pk)._raw_delete("default"),
        lambda: Input.objects.filter(sheet=sheet).update(points=100),
        lambda: sheet.inputs.first().delete(),  # type: ignore[union-attr]
        lambda: SheetEvent.objects.filter(sheet=sheet).update(words="不同"),
        lambda: Scheme.objects.filter(pk=sheet.scheme_id).update(share=50),
        lambda: SchemeLine.objects.filter(scheme=sheet.scheme_id).update(weight=1),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            attempt()
    assert do(office.clerk, sheet, "archive").state == "archived"


def test_a_correction_stands_beside_the_signed_sheet(office: Office) -> None:
    sheet = signed(office)
    beside = do(office.clerk, sheet, "correct", "走访次数漏计")
    assert (beside.number, beside.corrects_id, beside.state) == (2, sheet.pk, "scoring")
    with pytest.raises(Refused, match="has a correction already"):
        do(office.clerk, sheet, "correct")
    line = line_of(beside, Origin.SCORER)
    score_sheet(
        actor=office.scorer, sheet_id=beside.pk, given={line.pk: Given(points=D(100))}, now=LATER
    )
    do(office.scorer, beside, "submit")
    do(office.reviewer, beside, "show")
    assert queries.signed_of(office.signer, MARCH) == [sheet], "until the correction is signed"
    do(office.worker, beside, "agree")
    beside = do(office.signer, beside, "sign")
    assert queries.signed_of(office.signer, MARCH) == [beside]
    sheet.refresh_from_db()
    assert (sheet.total, beside.total) == (D("88.63"), D("91.25"))


def test_who_entered_the_points_of_a_correction_does_not_review_or_sign_it(office: Office) -> None:
    """Its history is new, its points are those of the signed sheet."""
    beside = do(office.clerk, signed(office), "correct", "走访次数漏计")
    grants = [f"appraisal.{verb}" for verb in ("score", "review", "sign", "hear")]
    Post.objects.filter(user=office.scorer).update(grants=["cases.see", *grants])
    other = User.objects.get(
        pk=make_post("cases.see", "appraisal.score", unit=office.city.districts[0].centre).user_id
    )
    do(other, beside, "submit")
    with pytest.raises(NotYours, match="Points on this sheet are yours"):
        do(office.scorer, beside, "show")
    scorer = User.objects.get(pk=office.scorer.pk)
    assert not Sheet.objects.filter(policy.waits_for(scorer, LATER)[1], pk=beside.pk).exists()
    reviewer = User.objects.get(pk=office.reviewer.pk)
    assert Sheet.objects.filter(policy.waits_for(reviewer, LATER)[1], pk=beside.pk).exists()
    do(office.reviewer, beside, "show")
    do(office.worker, beside, "agree")
    with pytest.raises(NotYours, match="Points on this sheet are yours"):
        do(office.scorer, beside, "sign")


# -- pages --------------------------------------------------------------------------------------
def test_the_worker_reads_the_formula_with_numbers_and_appeals(office: Office) -> None:
    sheet = shown(office)
    client = browser(office.worker)
    text = client.get(f"/appraisal/{sheet.pk}/").content.decode()
    assert "÷ 80 = 88.63" in text
    assert "45 of 50 people asked said yes." in text
    assert "Without points: Checked in time、Score of the grid worker" in text
    assert "2026-04-09" in text
    answer = client.post(f"/appraisal/{sheet.pk}/do/appeal", {"appeal-words": ""})
    assert answer.status_code == 422
    assert "is missing" in answer.content.decode()


def test_the_form_says_at_which_line_a_number_is_wrong(office: Office) -> None:
    sheet = reported(office)
    line = line_of(sheet, Origin.RESIDENTS)
    answer = browser(office.scorer).post(
        f"/appraisal/{sheet.pk}/score",
        {f"score-line_{line.pk}_people": "4", f"score-line_{line.pk}_total": "300"},
    )
    assert answer.status_code == 422
    assert "needs at least 5 people" in answer.content.decode()


def test_the_file_holds_signed_sheets_only(office: Office) -> None:
    sheet = signed(office)
    answer = browser(office.signer).get("/appraisal/month.csv?month=2026-03")
    head, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    found = dict(zip(head, row, strict=True))
    assert found["Worker"] == str(sheet.user)
    assert (found["Total"], found["Factor of the pay"]) == ("88.63", "98 %")
    assert found["Signed by"] == str(office.signer)
    assert browser(office.signer).get("/appraisal/month.csv?month=x").status_code == 400
    assert browser(office.worker).get("/appraisal/month.csv?month=2026-03").status_code == 403


def test_a_list_costs_the_same_however_long(office: Office, django_assert_num_queries: Any) -> None:
    signed(office)
    user = User.objects.get(pk=office.signer.pk)
    assert user.seats
    with django_assert_num_queries(5):
        [paper_of(sheet) for sheet in queries.signed_of(user, MARCH)]
