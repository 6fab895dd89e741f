"""Their fields as ours: any message and any mapping give values and sentences, never a bug."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.kernel.errors import BadInput
from linli.workorders.rules import mapping
from linli.workorders.rules.documents import parsed, planted, values_at, written
from linli.workorders.rules.mapping import BadMapping, Rule, check, kept_of, mapped, rules_of
from linli.workorders.rules.outgoing import Wording, moment_text, wording_of

ZONE = ZoneInfo("Asia/Shanghai")
NAMES = st.text("abcdexyz工单.@_-", min_size=1, max_size=6).filter(lambda n: n.strip("."))
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.text(max_size=30),
    st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda one: st.one_of(st.lists(one, max_size=3), st.dictionaries(NAMES, one, max_size=4)),
)
PATHS = st.sampled_from(["a", "a.b", "a[0].b", "a[].b", "工单.x", "@_.y", "a.b.c[2]", "e[]"])
RULES = st.fixed_dictionaries(
    {
        one.code: st.builds(
            Rule,
            PATHS,
            st.dictionaries(st.text(max_size=3), st.sampled_from(["E0102", "urgent", "help", ""])),
            st.sampled_from(["keep", "empty", "fault"]),
            st.sampled_from(["iso", "seconds", "millis", "%Y-%m-%d", "%d.%m.%y %H时"]),
        )
        for one in mapping.FIELDS
    }
)


@settings(max_examples=150, deadline=None)
@given(tree=st.dictionaries(NAMES, TREES, max_size=4), rules=RULES)
def test_any_message_by_any_mapping_gives_values_and_sentences(tree: Any, rules: Any) -> None:
    reading = mapped(tree, rules, zone=ZONE)
    wrong = {fault.field for fault in reading.faults}
    for one in mapping.FIELDS:
        value = reading.values.get(one.code)
        assert not (one.required and value is None and one.code not in wrong)
        if one.shape == "text" and value is not None:
            assert 0 < len(value) <= one.most or one.code == "description"
        if one.shape == "moment" and value is not None:
            assert value.tzinfo is not None
    assert all(fault.words and fault.field in mapping.BY_CODE for fault in reading.faults)


def _path(name: str) -> str:
    return "".join(f"\\{c}" if c in ".[]\\" else c for c in name)


@settings(max_examples=100, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=5), at=st.integers(0, 3), value=st.integers())
def test_what_is_planted_at_a_path_is_found_there(names: list[str], at: int, value: int) -> None:
    path = ".".join(_path(name) for name in names)
    assert values_at(planted([(path, value)]), path) == [value]
    listed = f"{path}[{at}].x"
    tree = planted([(listed, value)])
    assert values_at(tree, listed) == [value]
    assert values_at(tree, f"{path}[].x") == [value]
    assert parsed(written(tree, xml=False), xml=False) == tree


@settings(max_examples=100, deadline=None)
@given(
    moment=st.datetimes(datetime(1995, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC)),
    form=st.sampled_from(
        ["iso", "seconds", "millis", "%Y-%m-%d %H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒"]
    ),
)
def test_a_moment_written_in_a_form_is_read_back(moment: datetime, form: str) -> None:
    whole = moment.replace(microsecond=0)
    rules = {"due_at": Rule("t", format=form)}
    reading = mapped({"t": moment_text(whole, form, ZONE)}, rules, zone=ZONE)
    assert reading.values["due_at"] == whole


def test_a_mapping_is_kept_and_read_back() -> None:
    rules = {"number": Rule("a.b", {}, "keep"), "class": Rule("c", {"1": "E0102"}, "fault")}
    assert rules_of(json.loads(json.dumps(kept_of(rules)))) == rules


def test_codes_follow_the_table_and_what_it_says_of_others() -> None:
    def read(code: str, otherwise: str) -> tuple[Any, list[str]]:
        rules = {"class": Rule("c", {"A1": "E0102", "A9": ""}, otherwise)}
        reading = mapped({"c": code}, rules, zone=ZONE)
        wrong = [fault.field for fault in reading.faults if fault.field == "class"]
        return reading.values.get("class"), wrong

    assert read("A1", "fault") == ("E0102", [])
    assert read("A9", "fault") == (None, [])
    assert read("E0401", "keep") == ("E0401", [])
    assert read("B7", "keep") == (None, ["class"])  # nobody here knows it
    assert read("B7", "empty") == (None, [])
    assert read("E0401", "fault") == (None, ["class"])


def test_what_a_person_has_mended_counts_instead_of_what_was_sent() -> None:
    rules = {"number": Rule("n"), "description": Rule("d"), "lon": Rule("x")}
    tree = {"n": "1", "x": "east"}
    assert [fault.field for fault in mapped(tree, rules, zone=ZONE).faults] == [
        "lon",
        "description",
    ]
    mended = mapped(tree, rules, zone=ZONE, fixes={"description": "路灯不亮", "lon": ""})
    assert mended.values == {"number": "1", "description": "路灯不亮"}
    assert not mended.faults


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"description": Rule("d")}, "number"),
        ({"number": Rule("n..x"), "description": Rule("d")}, "number"),
        ({"number": Rule("[0]"), "description": Rule("d")}, "number"),
        ({"number": Rule("n"), "description": Rule("d"), "class": Rule("c", {"1": "X"})}, "class"),
        ({"number": Rule("n"), "description": Rule("d"),
          "due_at": Rule("t", format="%Q")}, "due_at"),
        ({"number": Rule("n"), "description": Rule("d"),
          "urgency": Rule("u", {"1": "very"})}, "urgency"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_work_is_refused_by_field(rules: Any, field: str) -> None:
    with pytest.raises(BadMapping) as fault:
        check(rules)
    assert fault.value.field == field


@pytest.mark.parametrize(
    ("body", "xml"),
    [
        ("工单".encode("gbk"), False),
        (b'{"a":1,}', False),
        (b"[1]", False),
        (b'{"a":1,"a":2}', False),
        (b'{"a":NaN}', False),
        (b'{"a":"\\ud800"}', False),
        (b"[" * 100_000, False),
        (b'{"a":' * 60 + b"1" + b"}" * 60, False),
        (b'{"a":"\x00"}', False),
        (b"<a><b></a>", True),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', True),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', True),
        (b"<a>" * 40 + b"</a>" * 40, True),
    ],
)
def test_what_is_no_message_is_refused_by_a_sentence(body: bytes, xml: bool) -> None:
    with pytest.raises(BadInput) as refusal:
        parsed(body, xml=xml)
    assert refusal.value.field == "body"
    assert len(str(refusal.value)) < 200


def test_xml_and_json_of_the_same_order_read_alike() -> None:
    xml = (
        b"<r xmlns='urn:x'><order kind='A'><code>7</code><f><url>u1</url></f><f><url>u2</url></f>"
        b"</order></r>"
    )
    tree = parsed(xml, xml=True)
    assert tree == {"order": {"@kind": "A", "code": "7", "f": [{"url": "u1"}, {"url": "u2"}]}}
    assert values_at(tree, "order.f[].url") == ["u1", "u2"]
    assert values_at(parsed(b"<r><f><url>u1</url></f></r>", xml=True), "f[].url") == ["u1"]


FACTS = {
    "number": "7", "status": "closed", "status_words": "已结案", "words": "已清运 <b>&",
    "at": datetime(2026, 11, 22, 2, 0, tzinfo=UTC), "unit": "", "case": "x", "reason": "",
    "rating": None, "until": None, "id": "i",
}  # fmt: skip


def test_what_goes_out_is_in_their_words() -> None:
    wording = wording_of(
        {
            "fields": [["head.from", '"linli"'], ["data.code", "number"], ["data.st", "status"],
                       ["data.at", "at"], ["data.say[0].text", "words"], ["data.unit", "unit"]],
            "statuses": {"closed": "9"},
            "form": "%Y/%m/%d %H:%M",
        }
    )  # fmt: skip
    assert json.loads(wording.body(FACTS, zone=ZONE)) == {
        "head": {"from": "linli"},
        "data": {
            "code": "7",
            "st": "9",
            "at": "2026/11/22 10:00",
            "say": [{"text": "已清运 <b>&"}],
        },
    }  # fmt: skip
    assert wording.tells("closed")
    assert not wording.tells("filed")
    xml = Wording(xml=True, root="order").body(FACTS, zone=ZONE)
    assert parsed(xml, xml=True)["words"] == "已清运 <b>&"


def test_a_yes_is_what_the_platform_calls_one() -> None:
    wording = Wording(ok_path="code", ok_values=("0", "200"))
    assert wording.agreed(b'{"code":0}')
    assert wording.agreed(b"<r><code>200</code></r>")
    for said in (b'{"code":"500"}', b"", b"<html>", b'{"kode":0}', b"[0]"):
        assert not wording.agreed(said), said
    assert Wording().agreed(b"anything")
