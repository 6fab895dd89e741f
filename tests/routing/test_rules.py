"""First match, order, the fall-back, and shadows that never lie."""

from __future__ import annotations

import time
from datetime import date, datetime
from decimal import Decimal

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.routing.rules import (
    Conditions,
    Facts,
    ListRow,
    Route,
    Rule,
    RuleBook,
    Target,
    covers,
    folded,
    impossible,
    shadows,
)
from linli.routing.rules.evidence import evidence, noted, terms

ON = date(2026, 3, 4)
#: Communities 4 and 5 lie in street 3, 3 and 6 in district 2, all in city 1.
PARENT = {1: None, 2: 1, 3: 2, 4: 3, 5: 3, 6: 2}
UNITS = frozenset(range(10, 20))
SQUARES = [shapely.box(x, y, x + size, y + size) for x in (0, 2) for y in (0, 1) for size in (1, 3)]


def upwards(region: int) -> tuple[int, ...]:
    above = PARENT[region]
    return (region, *(upwards(above) if above is not None else ()))


def some(values: list[object], most: int = 3) -> st.SearchStrategy[tuple[object, ...]]:
    chosen = st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)
    return st.one_of(st.just(()), st.just(()), chosen)


conditions = st.builds(
    Conditions,
    classes=some(["C", "E", "E05", "E0501", "E0502", "C01", "C0101"]),
    regions=some([1, 2, 3, 4, 5, 6]),
    area=st.one_of(st.none(), st.sampled_from(SQUARES)),
    owners=some([10, 11]),
    maintainers=some([12, 13]),
    roads=some(["人民路", "人民", "中山路"]),
    words=some(["井盖", "井", "路灯不亮", "路灯"]),
    channels=some(["hotline", "worker"]),
    urgency=st.sampled_from(["", "normal", "urgent"]),
    days=st.sampled_from(["", "workday", "dayoff"]),
    hours=st.sampled_from(["", "working", "closed"]),
).flatmap(
    lambda made: st.one_of(
        st.just(made),
        st.tuples(st.integers(0, 1439), st.integers(0, 1439)).map(
            lambda ends: made.with_(since=ends[0], until=ends[1])
        ),
    )
)
rules = st.lists(
    st.tuples(
        conditions,
        st.sampled_from([*Target]),
        st.integers(10, 21),  # 20 and 21 have ended
    ),
    max_size=8,
).map(
    lambda rows: tuple(
        Rule(index, index, when, target, unit if target == Target.UNIT else None)
        for index, (when, target, unit) in enumerate(rows, start=1)
    )
)
facts = st.builds(
    lambda code, region, lon, lat, care, words, at, works, **more: Facts(
        class_code=code,
        class_id=hash(code),
        regions=upwards(region),
        local=tuple(one for one in upwards(region) if one in (3, 4, 5, 6)),
        lon=lon,
        lat=lat,
        owner=care[0],
        responsible=care[1],
        maintainer=care[2],
        address=folded(words[0]),
        words=folded(words[1]),
        at=at,
        workday=at.weekday() < 5,
        works=works and at.weekday() < 5,
        **more,
    ),
    code=st.sampled_from(["E0501", "E0502", "E0101", "C0101", "C0201"]),
    region=st.sampled_from([2, 3, 4, 5, 6]),
    lon=st.sampled_from([0.0, 0.5, 1.0, 2.5, 4.9]),
    lat=st.sampled_from([0.0, 0.5, 1.5, 3.9]),
    care=st.tuples(*[st.sampled_from([None, 10, 11, 12, 13, 20])] * 3),
    words=st.tuples(
        st.sampled_from(["人民路 12 号", "中山路", "", "人民广场"]),
        st.sampled_from(["井 盖破损", "路灯不亮", "路灯", ""]),
    ),
    at=st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 14)),
    works=st.booleans(),
    channel=st.sampled_from(["hotline", "worker", "portal"]),
    urgency=st.sampled_from(["normal", "urgent"]),
)
listings = st.dictionaries(
    st.tuples(st.sampled_from([1, 2, 3, 4]), st.sampled_from(["E05", "C01", "E01"])),
    st.lists(
        st.builds(
            ListRow,
            id=st.integers(100, 199),
            unit=st.integers(10, 20),
            role=st.sampled_from(["lead", "co", "supervise"]),
            valid_from=st.sampled_from([date(2026, 1, 1), date(2026, 1, 1), date(2026, 6, 1)]),
            valid_to=st.sampled_from([None, None, date(2026, 3, 1)]),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
    max_size=8,
)


def book(
    lines: tuple[Rule, ...], listing: dict[tuple[int, int | str], tuple[ListRow, ...]]
) -> RuleBook:
    return RuleBook(7, lines, listing, UNITS)


@given(rules, listings, facts)
@settings(max_examples=200, deadline=None)
def test_the_first_rule_that_fits_and_names_somebody_decides(lines, listing, case) -> None:  # type: ignore[no-untyped-def]
    whole = book(lines, listing)
    route = whole.route(case, on=ON)
    alone = [book((line,), listing).route(case, on=ON) for line in lines]
    spoke = [
        (line, one)
        for line, one in zip(lines, alone, strict=True)
        if one.rule is not None or one.broken is not None
    ]
    expected = spoke[0][1] if spoke else book((), listing).route(case, on=ON)
    assert route == expected
    fitting = list(whole.fitting(case, on=ON))
    assert (fitting[0] if fitting else route) == route
    assert [one for _line, one in spoke] == fitting
    assert route.unit is None or route.unit in UNITS
    assert route.unit not in route.co_units


@given(rules, listings, facts)
@settings(max_examples=300, deadline=None)
def test_a_rule_named_as_shadowed_is_never_reached(lines, listing, case) -> None:  # type: ignore[no-untyped-def]
    hidden = {one.below.id for one in shadows(lines, upwards)}
    route = book(lines, listing).route(case, on=ON)
    assert route.rule is None or route.rule.id not in hidden
    assert route.broken not in hidden


@given(conditions, conditions, facts)
@settings(max_examples=300, deadline=None)
def test_what_fits_the_narrower_fits_the_wider(wide, own, case) -> None:  # type: ignore[no-untyped-def]
    if covers(wide, own, upwards) and own.fits(case):
        assert wide.fits(case)


@given(conditions)
def test_conditions_cover_themselves_and_everything_covers_all(when) -> None:  # type: ignore[no-untyped-def]
    assert covers(when, when, upwards)
    assert covers(Conditions(), when, upwards)
    assert Conditions.unpack(when.packed(), when.area) == when


@given(conditions, facts)
def test_a_condition_without_choices_never_hinders(when, case) -> None:  # type: ignore[no-untyped-def]
    if when.fits(case):
        for name in ("classes", "regions", "owners", "maintainers", "roads", "words", "channels"):
            assert when.with_(**{name: ()}).fits(case)
        assert evidence(when, case) is not None
    if impossible(when):
        assert not when.fits(case)


def test_shadows_are_found_through_class_region_and_area() -> None:
    wide = Rule(1, 1, Conditions(classes=("E05",), regions=(2,)), unit=10)
    same = Rule(2, 2, Conditions(classes=("E0501",), regions=(4, 5), words=("井",)), unit=11)
    other = Rule(3, 3, Conditions(classes=("E06",), regions=(4,)), unit=11)
    inside = Rule(4, 4, Conditions(area=shapely.box(0, 0, 1, 1)), unit=10)
    drawn = Rule(5, 5, Conditions(area=shapely.box(0.2, 0.2, 0.8, 0.8)), unit=10)
    found = shadows([wide, same, other, inside, drawn], upwards)
    assert [(one.below.id, one.above.id, one.clash) for one in found] == [
        (2, 1, True),
        (5, 4, False),
    ]


def test_a_rule_for_the_owner_does_not_hide_rules_for_things_without_one() -> None:
    owner = Rule(1, 1, Conditions(classes=("C",)), Target.OWNER)
    place = Rule(2, 2, Conditions(classes=("C",)), Target.LOCAL)
    assert shadows([owner, place], upwards) == []
    assert [one.below.id for one in shadows([place, owner, place], upwards)] == [2]


def test_the_default_order_is_owner_before_place_for_things_and_the_reverse_for_events() -> None:
    lines = tuple(
        Rule(i, i, Conditions(classes=(kind,)), target)
        for i, (kind, target) in enumerate(
            (("C", Target.OWNER), ("C", Target.LOCAL), ("E", Target.LOCAL), ("E", Target.OWNER)),
            start=1,
        )
    )
    row = ListRow(100, 15, "lead", date(2026, 1, 1), None)
    city = ListRow(101, 16, "lead", date(2026, 1, 1), None)
    listing = {(4, "C01"): (row,), (4, "E05"): (row,), (2, "E05"): (city,), (2, "C01"): (city,)}
    whole = book(lines, listing)

    def sent(code: str, owner: int | None, region: int) -> tuple[int | None, int | None]:
        case = Facts(
            class_code=code, class_id=1, regions=upwards(region), local=(region,), owner=owner
        )
        route = whole.route(case, on=ON)
        return route.unit, route.rule.id if route.rule else None

    assert sent("C0101", 10, 4) == (10, 1)
    assert sent("C0101", None, 4) == (15, 2)
    assert sent("E0501", 10, 4) == (15, 3)
    assert sent("E0501", 10, 6) == (10, 4), "nobody is listed for the place, so the owner"
    assert sent("E0501", None, 6) == (16, None), "nothing else fits: the list, for the district"


def test_a_rule_whose_unit_has_ended_lets_the_list_serve_and_says_so() -> None:
    listing = {(2, "E05"): (ListRow(101, 16, "lead", date(2026, 1, 1), None),)}
    broken = Rule(1, 1, Conditions(), unit=20)
    later = Rule(2, 2, Conditions(), unit=11)
    case = Facts(class_code="E0501", class_id=1, regions=(2, 1))
    route = book((broken, later), listing).route(case, on=ON)
    assert route == Route(16, (), None, 101, broken=1)


def test_time_of_day_may_pass_midnight() -> None:
    night = Conditions(since=22 * 60, until=6 * 60)
    for hour, fits in ((21, False), (22, True), (23, True), (0, True), (5, True), (6, False)):
        assert night.fits(Facts(at=datetime(2026, 3, 4, hour))) is fits
    assert night.minutes is not None
    assert len(night.minutes) == 8 * 60


def test_words_are_found_whatever_their_width_or_spaces() -> None:
    when = Conditions(words=(folded("ＬＥＤ 灯"),))
    assert when.fits(Facts(words=folded("门口的 led灯 不亮")))
    assert not when.fits(Facts(words=folded("门口的灯不亮")))


def test_the_note_of_a_dispatch_says_what_fitted_and_whether_it_was_taken() -> None:
    when = Conditions(classes=("E05",), regions=(2,), words=("井",))
    rule = Rule(9, 3, when, unit=10, factor=Decimal("0.50"))
    case = Facts(class_code="E0501", class_id=1, regions=(4, 3, 2, 1), words="井盖")
    whole = book((rule,), {})
    route = whole.route(case, on=ON)
    assert noted(route, whole, case, sent_to=10) == {
        "unit": 10,
        "taken": True,
        "rule": 9,
        "set": 7,
        "facts": [["classes", "E0501"], ["regions", 2], ["words", "井"]],
    }
    assert noted(route, whole, case, sent_to=11)["taken"] is False
    assert terms(route) == {"factor": "0.50"}


def test_five_hundred_rules_are_asked_in_a_millisecond() -> None:
    lines = tuple(
        Rule(
            i,
            i,
            Conditions(
                classes=(f"E{i % 9:02d}",) if i % 3 else (),
                regions=(100 + i,) if i % 2 else (),
                words=(f"词语{i}", f"另一{i}"),
                area=shapely.box(i, i, i + 1, i + 1) if i % 5 == 0 else None,
            ),
            unit=10,
        )
        for i in range(500)
    )
    case = Facts(
        class_code="E0501",
        class_id=1,
        regions=(4, 3, 2, 1),
        lon=9.0,
        lat=9.0,
        words="路灯不亮" * 20,
    )
    whole = book(lines, {})
    whole.route(case, on=ON)
    took = []
    for _each in range(20):
        began = time.process_time()
        for _again in range(10):
            whole.route(case, on=ON)
        took.append((time.process_time() - began) / 10)
    assert min(took) < 0.001, f"{1000 * min(took):.2f} ms of processor time"
