"""Features, training, the file, and what is worse than what: no database."""

from __future__ import annotations

import io
import json
import string
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.suggestions.rules import training
from linli.suggestions.rules.features import (
    LONGEST,
    folded,
    is_held_out,
    pieces,
    runs,
    vocabulary,
)
from linli.suggestions.rules.linear import NotAModel, from_bytes, guesses, mark, softmax, to_bytes
from linli.suggestions.rules.measuring import Figures, chance, is_worse, measure
from linli.suggestions.rules.training import Example, train

WORDS = {
    "lamp": ["路灯不亮了", "路灯坏了晚上太黑", "小区门口路灯闪烁", "路灯不亮看不清路", "灯坏了"],
    "cover": ["井盖缺失", "井盖松动有响声", "路中间井盖破裂", "井盖没了危险", "窨井盖翘起"],
    "noise": ["夜间施工噪声扰民", "广场舞音乐太吵", "工地晚上很吵", "噪声太大睡不着", "太吵了"],
}


def lessons(copies: int = 4) -> list[Example]:
    return [
        Example(f"{text},请处理" if n % 2 else f"你好,{text}", label, source=f"{label}{n}{text}")
        for n in range(copies)
        for label, texts in WORDS.items()
        for text in texts
    ]


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("我叫王小明,电话13800001234", ["王小", "13", "明"]),
        ("联系人:李红,路灯不亮", ["李红"]),
        ("张女士反映井盖缺失", ["张"]),
        ("写信到 zhang.san@example.com 或 https://example.com/a", ["zhang", "example", "https"]),
        ("身份证11010119900307123X", ["11", "x"]),
        ("苏A12345 停在路口", ["12", "a1"]),
    ],
)
def test_what_is_personal_is_no_feature(text: str, gone: list[str]) -> None:
    found = runs(text)
    for run in gone:
        assert run not in found
    assert not any(digit in run for run in found for digit in string.digits)


def test_what_few_people_wrote_is_not_kept() -> None:
    texts = [(f"s{n}", "路灯不亮") for n in range(3)] + [("one", "王小明家门口")] * 50
    kept = vocabulary(texts)
    assert "路灯" in kept
    assert "小明" not in kept


@given(st.text(max_size=200))
def test_pieces_are_parts_of_the_text_and_short(text: str) -> None:
    plain = folded(text)
    for piece in pieces(plain):
        assert plain.startswith(piece.text, piece.start)
        assert len(piece.text) <= LONGEST or piece.text.isascii()


@given(st.text(max_size=80), st.sampled_from(["!", "。", " ", "\n"]))
def test_the_same_words_fall_on_the_same_side(text: str, mark_: str) -> None:
    assert is_held_out(text) == is_held_out(text + mark_) == is_held_out(mark_ + text)


def test_about_one_text_in_five_is_held_out() -> None:
    share = sum(is_held_out(f"路灯坏了{chr(0x4E00 + n)}") for n in range(2000)) / 2000
    assert 0.17 < share < 0.23


def test_it_learns_what_words_mean_and_says_which_words() -> None:
    model = train(lessons())
    best = guesses(model, "王女士说我家楼下的路灯一直不亮", most=3)[0]
    assert best.label == "lamp"
    assert best.confidence > 0.6
    assert any("灯" in word for word in best.words)
    assert sum(guess.confidence for guess in guesses(model, "井盖", most=3)) == pytest.approx(1)
    assert guesses(model, "xyz qqq", most=3) == []
    only = guesses(model, "路灯不亮", among=frozenset({"noise"}))
    assert [guess.label for guess in only] == ["noise"]


def test_the_same_lessons_give_the_same_file_and_the_file_the_same_model() -> None:
    content = to_bytes(train(lessons()))
    assert content == to_bytes(train(list(reversed(lessons()))))
    read = from_bytes(content)
    assert to_bytes(read) == content
    assert guesses(read, "井盖松动")[0].label == "cover"


@given(st.binary(max_size=300))
def test_any_other_file_is_refused(content: bytes) -> None:
    with pytest.raises(NotAModel):
        from_bytes(content)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_file_is_refused_or_harmless(at: int, byte: int) -> None:
    content = bytearray(_CONTENT)
    content[at % len(content)] = byte
    try:
        guesses(from_bytes(bytes(content)), "路灯不亮")
    except NotAModel:
        return


_CONTENT = to_bytes(train(lessons()))


def test_marks_count_beside_words() -> None:
    east, west = mark("region", 1), mark("region", 2)
    examples = [
        Example("路灯不亮请处理", "east" if n % 2 else "west", f"s{n}", (east if n % 2 else west,))
        for n in range(40)
    ]
    model = train(examples)
    assert guesses(model, "路灯不亮", marks=(east,))[0].label == "east"
    assert guesses(model, "路灯不亮", marks=(west,))[0].label == "west"
    assert not any("region" in word for word in guesses(model, "路灯", marks=(east,))[0].words)


def test_public_words_are_kept_however_rare() -> None:
    public = [Example("罕见设施", "rare", "k", public=True)]
    assert "罕见" in train([*lessons(), *public]).vocabulary
    assert "罕见" not in train([*lessons(), Example("罕见设施", "rare", "k")]).vocabulary


@pytest.mark.parametrize("examples", [[], [Example("路灯", "lamp")] * 9])
def test_one_label_is_nothing_to_learn(examples: list[Example]) -> None:
    with pytest.raises(ValueError, match="two labels"):
        train(examples)


def test_figures_are_counted_by_label() -> None:
    figures = measure(train(lessons()), [*lessons(1), Example("井盖缺失", "noise")])
    noise = next(row for row in figures.labels if row.label == "noise")
    assert (noise.texts, noise.found) == (6, 5)
    assert figures.accuracy == 15 / 16
    assert figures.top3 == 1.0
    assert noise.precision == 1.0
    assert measure(train(lessons()), []).texts == 0


def _figures(f1: float, right: list[bool]) -> Figures:
    return Figures(len(right), sum(right) / len(right), 1.0, f1, 0.0, (), tuple(right))


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.floats(0, 1))
def test_nothing_is_worse_than_itself(right: list[bool], f1: float) -> None:
    assert not is_worse(_figures(f1, right), _figures(f1, right))


def test_worse_is_what_both_the_labels_and_the_texts_say() -> None:
    good = _figures(0.90, [True] * 60)
    assert is_worse(_figures(0.70, [True] * 30 + [False] * 30), good)
    assert is_worse(_figures(0.88, [False] * 8 + [True] * 52), good)
    assert not is_worse(_figures(0.88, [False] + [True] * 59), good)
    assert not is_worse(_figures(0.899, [False] * 30 + [True] * 30), good)
    with pytest.raises(ValueError, match="different texts"):
        is_worse(_figures(0.1, [True]), good)


@given(st.integers(0, 700), st.integers(0, 700))
def test_chance_is_a_share_and_falls_as_the_lead_grows(more: int, less: int) -> None:
    assert 0 <= chance(more, less) <= 1
    assert chance(more + 1, less) <= chance(more, less) + 1e-9 or more + less >= 999


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=9))
def test_shares_sum_to_one(logits: list[float]) -> None:
    assert softmax(np.array([logits], dtype=np.float32)).sum() == pytest.approx(1, abs=1e-4)


def test_counting_is_of_runs() -> None:
    assert runs("井盖井盖") == Counter(
        {"井": 2, "盖": 2, "井盖": 2, "盖井": 1, "井盖井": 1, "盖井盖": 1}
    )


def test_what_tells_nothing_of_a_label_weighs_nothing_for_it() -> None:
    """Words that stand in texts of every label do not make a model sure."""
    model = train(lessons())
    unsure = guesses(model, "你好,请处理", most=1)[0].confidence
    assert unsure < guesses(model, "井盖没了", most=1)[0].confidence


def test_a_model_of_the_version_before_is_still_read() -> None:
    model = train(lessons())
    before = replace(model, ratios=None)
    with np.load(io.BytesIO(to_bytes(before)), allow_pickle=False) as kept:
        head = json.loads(kept["head"].tobytes()) | {"format": 1}
        parts = {name: kept[name] for name in ("idf", "weights", "bias")}
    target = io.BytesIO()
    np.savez(target, head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8), **parts)
    read = from_bytes(target.getvalue())
    assert read.ratios is None
    assert guesses(read, "井盖松动")[0].label == "cover"


def test_a_model_of_many_labels_keeps_fewer_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "MOST_NUMBERS", 60)
    model = train(lessons())
    assert len(model.vocabulary) == 20
    assert "路灯" in model.vocabulary
