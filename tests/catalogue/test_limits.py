"""Limits as sheets write them."""

from decimal import Decimal

import pytest

from linli.catalogue.rules import BadLimit, Limit, LimitUnit, limit_zh, parse_limit


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("2紧急工作时", "2", LimitUnit.URGENT_HOUR),
        ("4小时", "4", LimitUnit.WORK_HOUR),
        ("4工作时", "4", LimitUnit.WORK_HOUR),
        ("5工作日", "5", LimitUnit.WORK_DAY),
        ("3天", "3", LimitUnit.WORK_DAY),
        ("1紧急工作日", "1", LimitUnit.CALENDAR_DAY),
        ("3日", "3", LimitUnit.CALENDAR_DAY),
        ("15分钟", "15", LimitUnit.MINUTE),
        (" 0.5 个工作日 ", "0.5", LimitUnit.WORK_DAY),
        ("２紧急工作时", "2", LimitUnit.URGENT_HOUR),  # full-width digit
    ],
)
def test_a_sheets_words_are_read_as_a_limit(text: str, amount: str, unit: LimitUnit) -> None:
    assert parse_limit(text) == (Limit(Decimal(amount), unit), "")


def test_words_around_a_limit_are_kept_beside_it() -> None:
    assert parse_limit("1紧急工作时制止") == (Limit(Decimal(1), LimitUnit.URGENT_HOUR), "制止")
    assert parse_limit("种植季节10工作日")[1] == "种植季节"


def test_a_city_may_mean_running_time_by_plain_hours_and_days() -> None:
    assert parse_limit("4小时", plain_is_working=False)[0].unit is LimitUnit.URGENT_HOUR
    assert parse_limit("3天", plain_is_working=False)[0].unit is LimitUnit.CALENDAR_DAY


@pytest.mark.parametrize("text", ["", "立即", "3", "0天", "-3天3天", "三天", "3周", "1e9天天1"])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(BadLimit):
        parse_limit(text)


@pytest.mark.parametrize("unit", list(LimitUnit))
def test_what_is_written_is_read_back(unit: LimitUnit) -> None:
    limit = Limit(Decimal("2.5"), unit)
    assert parse_limit(limit_zh(limit)) == (limit, "")


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity"])
def test_a_limit_is_above_zero(amount: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Limit(Decimal(amount), LimitUnit.WORK_DAY)
