"""What the system counts comes to a sheet: live, and from a closed month."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal as D

import pytest

from linli.appraisal.models import Input, Sheet
from linli.appraisal.services.scoring import renew_figures
from linli.evaluation.models import Freeze, FrozenFact, StepFact
from linli.evaluation.queries.books import version_on
from linli.evaluation.rules.counts import STEP
from tests.appraisal.office import LATER, MARCH, Office, make_office, opened, reported
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def checks(office: Office, *in_time: bool) -> None:
    """Checks of the worker in March, each in time or not."""
    for number, kept in enumerate(in_time, 1):
        StepFact.objects.create(
            case_id=number, number=number, step="check", post_id=office.post.pk, on_time=kept,
            good=True, done_at=NOW, due_at=NOW + timedelta(hours=1), channel="worker",
        )  # fmt: skip


def input_of(sheet: Sheet) -> Input:
    return Input.objects.get(sheet=sheet, line__figure="check_rate")


def freeze(office: Office, marks: list[str], at: datetime) -> Freeze:
    """March closed by hand: one fact of the worker with these counts."""
    made = Freeze.objects.create(
        span="month", first=MARCH, last=MARCH.replace(day=31), number=1, state="frozen",
        version=version_on(MARCH), frozen_by=office.clerk, frozen_at=at,
    )  # fmt: skip
    bits = sum(1 << bit for bit, one in enumerate(STEP) if one.code in marks)
    FrozenFact.objects.create(
        case_id=1, freeze_id=made.pk, source="step", number=1, holder_id=office.post.pk,
        marks=bits, channel="worker",
    )  # fmt: skip
    return made


def test_points_of_the_system_carry_their_counts_and_the_formula_in_numbers() -> None:
    office = make_office()
    checks(office, True, True, False)
    found = input_of(opened(office))
    assert found.points == D("66.67")
    assert found.detail["counts"] == {"should_check": 3, "on_time_checked": 2}
    assert found.detail["numbers_en"] == "2 ÷ 3 = 66.67 %"
    assert found.detail["formula_zh"] == "按时核查数 ÷ 应核查数"


def test_nothing_to_count_is_no_nought() -> None:
    found = input_of(opened(make_office()))
    assert found.points is None
    assert found.detail["numbers_en"].endswith("= —")


def test_a_closed_month_is_what_counts_and_the_figures_can_be_taken_again() -> None:
    office = make_office()
    checks(office, True, True, False)
    sheet = reported(office)
    assert input_of(sheet).points == D("66.67")
    closed = freeze(office, ["should_check", "on_time_checked"], LATER)
    renew_figures(actor=office.scorer, sheet_id=sheet.pk, now=LATER)
    found = input_of(sheet)
    assert (found.points, found.detail["freeze"]) == (D("100.00"), closed.pk)
