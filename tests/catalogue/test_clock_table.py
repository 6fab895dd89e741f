"""The clock against a table worked by hand. Days are 08–12 and 14–18: 8 hours."""

from datetime import UTC, timedelta
from decimal import Decimal

import pytest

from linli.catalogue import rules
from linli.catalogue.rules import Clock, Light, Limit, LimitUnit
from tests.catalogue.calendars import CALENDAR_2026, at


def limit(text: str) -> Limit:
    amount, unit = text.split()
    return Limit(Decimal(amount), LimitUnit(unit))


# start, limit, due; the working beside each row
TABLE = [
    # -- inside a day and over night
    ("03-02 09:00", "4 work_hour", "03-02 15:00"),  # Mon 9–12 is 3 h, 14–15 the fourth
    ("03-02 17:00", "2 work_hour", "03-03 09:00"),  # Mon 17–18, Tue 8–9
    ("03-02 22:36", "1 work_hour", "03-03 09:00"),  # begins to count on Tue at 8
    ("03-02 05:00", "1 work_hour", "03-02 09:00"),  # before opening
    ("03-02 17:50", "15 work_minute", "03-03 08:05"),  # 10 min on Mon, 5 on Tue
    # -- lunch
    ("03-02 12:30", "1 work_hour", "03-02 15:00"),  # lunch does not count: 14–15
    ("03-02 11:30", "1 work_hour", "03-02 14:30"),  # half before, half after
    ("03-02 08:00", "4 work_hour", "03-02 12:00"),  # used up when lunch begins, not at 14
    # -- closing time
    ("03-02 12:00", "4 work_hour", "03-02 18:00"),  # used up at closing, not next morning
    ("03-02 08:00", "1 work_day", "03-02 18:00"),
    ("03-02 18:00", "1 work_day", "03-03 18:00"),
    # -- the same place in the day, N working days on
    ("03-10 10:15", "2 work_day", "03-12 10:15"),  # Tue → Thu
    ("03-10 08:00", "0.5 work_day", "03-10 12:00"),  # 4 h
    # -- weekends
    ("03-06 16:00", "4 work_hour", "03-09 10:00"),  # Fri 16–18, Mon 8–10
    ("03-07 11:00", "1 work_day", "03-09 18:00"),  # Sat is off: Mon 8–18
    ("03-06 10:00", "5 work_day", "03-13 10:00"),  # Fri → Fri
    # -- New Year: 1–3 Jan off, Sunday 4 Jan worked
    ("2025-12-31 16:00", "1 work_day", "01-04 16:00"),  # Wed 2 h; Sun 8–12, 14–16 are 6 h
    # -- Spring Festival: Sat 14 Feb worked, 15–23 off, Sat 28 Feb worked
    ("02-13 15:00", "2 work_day", "02-24 15:00"),  # Fri 3 h, Sat 8 h, Tue 24: 5 h of 16
    ("02-27 17:00", "1 work_day", "02-28 17:00"),  # Fri 1 h, Sat 28: 8–12, 14–17 are 7 h
    ("02-17 09:00", "1 work_hour", "02-24 09:00"),  # begins inside the holiday
    # -- Labour Day: 1–5 May off, Sat 9 May worked
    ("04-30 14:00", "3 work_day", "05-08 12:00"),  # Thu 4 h, Wed 8, Thu 8, Fri 8–12: 24 h
    ("04-30 14:00", "4 work_day", "05-09 12:00"),  # Fri whole, then Sat 9 May 8–12
    # -- Sunday 20 Sep worked; Mid-Autumn 25–27 Sep off
    ("09-18 18:00", "1 work_day", "09-20 18:00"),  # Sat 19 off, Sun 20 worked
    ("09-24 17:00", "2 work_hour", "09-28 09:00"),  # Thu 1 h, Mon 28 the other
    # -- National Day: 1–7 Oct off, Sat 10 Oct worked
    ("09-30 17:30", "1 work_hour", "10-08 08:30"),
    ("09-30 10:00", "3 work_day", "10-10 10:00"),  # Wed 6 h, 8 Oct 8, 9 Oct 8, Sat 8–10: 24 h
    ("10-03 09:00", "4 work_hour", "10-08 12:00"),  # begins on a day off
    ("10-09 16:00", "1 work_day", "10-10 16:00"),  # Fri 2 h, Sat 6 h
    # -- continuous units do not look at the calendar
    ("03-02 22:36", "2 urgent_hour", "03-03 00:36"),  # Yuncheng's sample (standards 3.4)
    ("10-02 23:00", "4 urgent_hour", "10-03 03:00"),
    ("03-06 17:50", "15 minute", "03-06 18:05"),
    ("09-30 10:00", "3 calendar_day", "10-03 10:00"),
    ("02-28 12:00", "1 calendar_day", "03-01 12:00"),
]


@pytest.mark.parametrize(("begin", "words", "due"), TABLE)
def test_a_limit_ends_when_the_hand_worked_table_says(begin: str, words: str, due: str) -> None:
    assert rules.due_at(CALENDAR_2026, at(begin), limit(words)) == at(due)
    assert rules.start(limit(words), at(begin)).due_at(CALENDAR_2026) == at(due)


STOPPED = [
    # Mon 16:00 + 4 h is due Tue 10:00; the night between is no working time: nothing lost
    ("03-02 16:00", "4 work_hour", [("03-02 19:00", "03-03 07:00")], "03-03 10:00"),
    # due Mon 15:00; stopped 11:30–14:30 over lunch: half an hour either side is lost
    ("03-02 11:00", "2 work_hour", [("03-02 11:30", "03-02 14:30")], "03-02 16:00"),
    # a stop that begins when the limit is used up loses nothing
    ("03-02 08:00", "1 work_day", [("03-02 18:00", "03-04 12:00")], "03-02 18:00"),
    # Fri 27 Feb 16:00 + 8 h: due Sat 28 (worked) 16:00. First stop loses Fri 17–18 and Sat 8–9:
    # due Sat 18:00. Second stop loses Sat 15–18, Sunday is off: due Mon 11:00
    (
        "02-27 16:00",
        "1 work_day",
        [("02-27 17:00", "02-28 09:00"), ("02-28 15:00", "03-01 12:00")],
        "03-02 11:00",
    ),
    # Thu 12 Feb + 3 days: Thu, Fri, Sat 14 (worked): due Sat 18:00. Stopped Sat 10:00 – Wed 25
    # 10:00 over Spring Festival: 6 h of Sat, 8 h of Tue 24, 2 h of Wed. 6 h were left: Wed 18:00
    ("02-12 08:00", "3 work_day", [("02-14 10:00", "02-25 10:00")], "02-25 18:00"),
    # Mon 28 Sep + 5 days: 28, 29, 30, 8, 9 Oct: due Fri 9 Oct 18:00. Stopped Wed 12:00 – 9 Oct
    # 8:00: 4 h of Wed, 8 h of Thu 8 lost. 12 h on: Sat 10 Oct (worked) 8 h, Mon 12 Oct 4 h
    ("09-28 08:00", "5 work_day", [("09-30 12:00", "10-09 08:00")], "10-12 12:00"),
    # continuous limits lose running time: 45 min
    ("03-02 22:36", "2 urgent_hour", [("03-02 23:00", "03-02 23:45")], "03-03 01:21"),
    ("03-06 10:00", "2 calendar_day", [("03-07 00:00", "03-08 00:00")], "03-09 10:00"),
    ("03-06 17:50", "15 minute", [("03-06 18:00", "03-06 18:10")], "03-06 18:15"),
]


@pytest.mark.parametrize(("begin", "words", "stops", "due"), STOPPED)
def test_standing_still_moves_the_end_in_the_limits_own_kind_of_time(
    begin: str, words: str, stops: list[tuple[str, str]], due: str
) -> None:
    clock = rules.start(limit(words), at(begin))
    for stopped_at, resumed_at in stops:
        clock = rules.resume(rules.stop(clock, at(stopped_at)), at(resumed_at))
    assert clock.due_at(CALENDAR_2026) == at(due)


RELIMITED = [
    # started Mon 28 Sep 8:00 with 5 work days, stopped Wed 30 Sep 12:00 – Fri 9 Oct 8:00
    ("4 work_hour", "09-28 12:00"),  # over before the stop
    ("3 work_day", "10-09 12:00"),  # 16 + 4 h used at the stop, 4 h left: Fri 9 Oct 8–12
    ("2 calendar_day", "09-30 08:00"),
    ("3 calendar_day", "10-10 04:00"),  # 1 Oct 8:00 and 8 days 20 h of stop
    ("60 urgent_hour", "10-09 16:00"),  # 52 h used at the stop (Mon 8 – Wed 12), 8 h left
]


@pytest.mark.parametrize(("words", "due"), RELIMITED)
def test_another_class_is_reckoned_from_the_original_start_with_its_stops(
    words: str, due: str
) -> None:
    clock = rules.start(limit("5 work_day"), at("09-28 08:00"))
    clock = rules.resume(rules.stop(clock, at("09-30 12:00")), at("10-09 08:00"))
    assert rules.relimit(clock, limit(words)).due_at(CALENDAR_2026) == at(due)


def test_an_extension_begins_where_the_limit_ends() -> None:
    clock = rules.extend(rules.start(limit("1 work_day"), at("03-02 08:00")), limit("1 work_day"))
    assert clock.due_at(CALENDAR_2026) == at("03-03 18:00")
    # 80 % of 16 h is 12 h 48: Mon 8 h, Tue 8–12 and 14:00–14:48
    assert clock.warn_at(CALENDAR_2026) == at("03-03 14:48")


def test_an_extension_of_another_kind_counts_in_its_own_time() -> None:
    clock = rules.extend(
        rules.start(limit("1 work_day"), at("03-02 08:00")), limit("4 urgent_hour")
    )
    assert clock.due_at(CALENDAR_2026) == at("03-02 22:00")  # Mon 18:00 and 4 running hours
    # 80 % of 12 h is 9 h 36: the working day, then 1 h 36 of running time
    assert clock.warn_at(CALENDAR_2026) == at("03-02 19:36")
    assert clock.used(CALENDAR_2026, at("03-02 17:00")) == timedelta(hours=7)
    assert clock.used(CALENDAR_2026, at("03-02 20:00")) == timedelta(hours=10)
    assert clock.left(CALENDAR_2026, at("03-02 23:00")) == timedelta(hours=-1)


@pytest.mark.parametrize(
    ("begin", "words", "warn"),
    [
        ("03-02 08:00", "5 work_day", "03-05 18:00"),  # 32 of 40 h: Thursday at closing
        ("03-02 22:36", "2 urgent_hour", "03-03 00:12"),  # 96 min
        ("09-30 14:00", "1 work_day", "10-08 10:24"),  # 6.4 h: Wed 4 h, 8 Oct 8:00 + 2 h 24
        ("03-06 10:00", "5 calendar_day", "03-10 10:00"),
    ],
)
def test_the_warning_comes_at_four_fifths(begin: str, words: str, warn: str) -> None:
    assert rules.start(limit(words), at(begin)).warn_at(CALENDAR_2026) == at(warn)


def test_a_clock_that_stands_still_has_no_end_and_uses_nothing() -> None:
    clock = rules.stop(rules.start(limit("4 work_hour"), at("03-02 08:00")), at("03-02 10:00"))
    assert clock.stopped
    assert clock.due_at(CALENDAR_2026) is None
    assert clock.warn_at(CALENDAR_2026) is None
    assert clock.used(CALENDAR_2026, at("03-05 17:00")) == timedelta(hours=2)
    assert clock.left(CALENDAR_2026, at("03-05 17:00")) == timedelta(hours=2)


def test_a_clock_refuses_moves_out_of_order() -> None:
    clock = rules.start(limit("4 work_hour"), at("03-02 08:00"))
    with pytest.raises(ValueError, match="running already"):
        rules.resume(clock, at("03-02 09:00"))
    with pytest.raises(ValueError, match="before it began"):
        rules.stop(clock, at("03-02 07:00"))
    stopped = rules.stop(clock, at("03-02 09:00"))
    with pytest.raises(ValueError, match="still already"):
        rules.stop(stopped, at("03-02 10:00"))
    with pytest.raises(ValueError, match="resumed before"):
        rules.resume(stopped, at("03-02 08:30"))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("03-02 08:00", Light.GREEN),
        ("03-05 17:59", Light.GREEN),
        ("03-05 18:00", Light.YELLOW),  # 80 % exactly
        ("03-06 18:00", Light.YELLOW),  # the due moment itself
        ("03-06 18:01", Light.RED),
    ],
)
def test_the_lights_change_at_80_and_100_percent(now: str, expected: Light) -> None:
    clock = rules.start(limit("5 work_day"), at("03-02 08:00"))
    warn, due = clock.warn_at(CALENDAR_2026), clock.due_at(CALENDAR_2026)
    assert rules.light(at(now), warn, due) is expected


def test_what_had_run_out_before_it_was_stopped_is_over_and_what_had_not_is_not() -> None:
    clock = rules.start(limit("4 work_hour"), at("03-02 08:00"))  # Monday, over at 12:00
    assert clock.over_at(CALENDAR_2026) == at("03-02 12:00")
    assert rules.stop(clock, at("03-02 11:59")).over_at(CALENDAR_2026) is None
    late = rules.stop(clock, at("03-04 23:30"))
    assert late.due_at(CALENDAR_2026) is None
    assert late.over_at(CALENDAR_2026) == at("03-02 12:00")
    resumed = rules.resume(late, at("03-09 08:00"))
    assert resumed.over_at(CALENDAR_2026) == resumed.due_at(CALENDAR_2026) == at("03-02 12:00")


def test_a_stopped_clock_shows_green() -> None:
    assert rules.light(at("03-02 08:00"), None, None) is Light.GREEN


def test_a_packed_clock_unpacks_to_itself() -> None:
    clock = rules.extend(rules.start(limit("2.5 work_day"), at("03-02 08:00")), limit("1 minute"))
    clock = rules.resume(rules.stop(clock, at("03-02 09:00")), at("03-02 10:00"))
    clock = rules.stop(clock, at("03-03 10:00"))
    assert Clock.unpack(clock.packed()) == clock


def test_the_answer_keeps_the_time_zone_of_the_question() -> None:
    due = rules.due_at(CALENDAR_2026, at("03-02 22:36").astimezone(UTC), limit("1 work_hour"))
    assert due.tzinfo is UTC
    assert due == at("03-03 09:00")
