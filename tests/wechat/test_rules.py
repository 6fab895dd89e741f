"""Signatures, messages and the talk, without a database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.kernel.errors import BadInput
from linli.wechat.rules import hearing, messages, signing, wording
from linli.wechat.rules.dialogue import LIVES, MOST_FILES, Draft, Say, Talk, turn
from linli.wechat.rules.kinds import Step
from tests.conftest import NOW
from tests.wechat.server import APP_ID, KEY, TOKEN, message, opened, sealed

# The sample of WeChat's own library: key, message, signature, as published.
RECORDED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PG"
    "HQHFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6"
    "tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp"
    "3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhv"
    "Ql+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)
HERE = hearing.Here((121.5, 31.2), "人民路 1 号")


def test_a_recorded_message_of_wechat_is_verified_and_opened() -> None:
    parts = (TOKEN, "1409735669", "1320562132", RECORDED)
    assert signing.is_signed("5d197aaffba7e9b25a30732f161a50dee96bd5fa", *parts)
    content = signing.open_sealed(signing.read_key(KEY), RECORDED, app_id=APP_ID)
    found = messages.message_of(messages.fields_of(content))
    assert (found.kind, found.words, found.key) == ("text", "abcdteT", "6054768590064713728")
    assert (found.sender, found.sent_s) == ("oyORnuP8q7ou2gfYjqLzSIWZf0rs", 1409735668)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300), st.binary(min_size=16, max_size=16))
def test_what_one_side_seals_the_other_opens(text: str, salt: bytes) -> None:
    content = text.encode("utf-8", "replace")
    key = signing.read_key(KEY)
    ours = signing.seal(key, content, app_id=APP_ID, salt=salt)
    assert opened(ours).encode() == content
    theirs = sealed(content.decode(), salt=salt)
    assert signing.open_sealed(key, theirs, app_id=APP_ID) == content


@pytest.mark.parametrize(
    "text",
    ["", "not base64!", "AAAA", RECORDED[:-24], "A" * 64, RECORDED[::-1]],
)
def test_what_was_not_sealed_with_the_key_is_forged(text: str) -> None:
    key = signing.read_key(KEY)
    with pytest.raises(signing.Forged):
        signing.open_sealed(key, text, app_id=APP_ID)
    with pytest.raises(signing.Forged):
        signing.open_sealed(key, RECORDED, app_id="wx0000000000000000")


@pytest.mark.parametrize("letters", ["", "short", KEY + "H", KEY[:-1] + "-", "键" * 43])
def test_a_key_that_is_none_is_named(letters: str) -> None:
    with pytest.raises(BadInput, match="43") as refusal:
        signing.read_key(letters)
    assert refusal.value.field == "aes_key"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{}", "body"),
        (b"<xml><a>1</a>", "body"),
        (b"<html><a>1</a></html>", "body"),
        ("<xml><a>路灯</a></xml>".encode("gb18030"), "body"),
        (message(Content="路灯").encode("utf-16"), "body"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>', "body"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><a>1</a></xml>', "body"),
        (b"<xml><MsgId>1</MsgId><MsgId>2</MsgId></xml>", "body"),
        (message().replace("<FromUserName>", "<From>").replace("</FromUserName>", "</From>")
         .encode(), "FromUserName"),
        (message().replace("<CreateTime>1", "<CreateTime>x").encode(), "CreateTime"),
        (message("location", Location_X="north", Location_Y=1.0).encode(), "Location_X"),
        (message("location", Location_X="nan", Location_Y=1.0).encode(), "Location_X"),
        (message("image", MediaId="m" * 300).encode(), "MediaId"),
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_read_is_refused_by_name(body: bytes, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        messages.message_of(messages.fields_of(body))
    assert refusal.value.field == field
    assert field in str(refusal.value)


def test_events_are_known_by_sender_and_moment() -> None:
    def key_of(**more: object) -> str:
        fields = messages.fields_of(message("event", Event="CLICK", **more).encode())
        return messages.message_of(fields).key

    assert key_of(EventKey="a") == key_of(EventKey="a")
    assert len({key_of(EventKey="a"), key_of(EventKey="b"), key_of(at=NOW + timedelta(1))}) == 3


def test_an_answer_survives_what_would_end_its_quotes() -> None:
    reply = messages.reply_xml(to="a", sender="b", at_s=1, words="x]]><Evil/>路" * 300)
    fields = messages.fields_of(reply.encode())
    assert fields["Content"].startswith("x]]><Evil/>路x")
    assert len(fields["Content"].encode()) <= messages.MOST_REPLY


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("路灯坏了", hearing.Words("路灯坏了")),
        ("1个路灯坏了", hearing.Words("1个路灯坏了")),
        ("提交！", hearing.Told("submit")),
        (" 1 ", hearing.Told("yes")),
        ("取消。", hearing.Told("cancel")),
        ("？", hearing.Told("help")),
        ("Help", hearing.Told("help")),
        ("进度", hearing.Status()),
        ("查询不到公交时刻", hearing.Words("查询不到公交时刻")),
        ("不满意", hearing.Rate(1)),
        ("评价 基本满意，快了些", hearing.Rate(2, "", "快了些")),
        ("评价3", hearing.Rate(3)),
        ("评价", hearing.Rate()),
        ("答复：是三号楼", hearing.Reply("是三号楼")),
        ("😀😀😀", hearing.Words("😀😀😀")),
    ],
)
def test_words_are_read_as_people_mean_them(text: str, meant: hearing.Heard) -> None:
    assert hearing.read_words(text) == meant


def test_a_number_is_looked_up_with_or_without_hyphens() -> None:
    from linli.cases.rules.numbers import case_number

    number = case_number(7, NOW.date())
    for text in (number, number.replace("-", ""), f"进度 {number}"):
        found = hearing.read_words(text)
        assert isinstance(found, hearing.Status)
        assert found.number.replace("-", "") == number.replace("-", "")
    assert hearing.read_words(f"评价 {number} 满意") == hearing.Rate(3, number, "")


def talk(*said: hearing.Heard) -> tuple[Talk, list[tuple[Say, ...]]]:
    now, says = Talk(), []
    for one in said:
        taken = turn(now, one, now=NOW)
        now = taken.talk
        says.append(taken.says)
    return now, says


@pytest.mark.parametrize(
    ("order", "asks"),
    [
        ((hearing.Words("路灯坏了"), HERE), (Say.WHERE, Say.CONFIRM)),
        ((HERE, hearing.Words("路灯坏了")), (Say.WHAT, Say.CONFIRM)),
        ((hearing.Words("路灯坏了"), hearing.Words("人民路 1 号")), (Say.WHERE, Say.CONFIRM)),
        ((hearing.Media("audio"), HERE), (Say.WHERE, Say.CONFIRM)),
        ((hearing.Media("photo"), HERE, hearing.Words("路灯坏了")),
         (Say.WHAT_AND_WHERE, Say.WHAT, Say.CONFIRM)),
    ],
)  # fmt: skip
def test_a_report_grows_in_any_order(
    order: tuple[hearing.Heard, ...], asks: tuple[Say, ...]
) -> None:
    after, says = talk(*order)
    assert says == [(say,) for say in asks]
    done = turn(after, hearing.Told("yes"), now=NOW)
    assert done.submit == after.draft
    assert done.talk == Talk()


PIECES = {
    "words": hearing.Words("路灯坏了"), "place": HERE, "one": hearing.Media("photo"),
    "two": hearing.Media("photo"),
}  # fmt: skip


@settings(max_examples=24, deadline=None)
@given(st.permutations(sorted(PIECES)))
def test_two_photos_a_sentence_and_a_place_are_one_draft_in_any_order(order: list[str]) -> None:
    after, says = talk(*(PIECES[name] for name in order))
    assert after.draft == Draft("路灯坏了", "人民路 1 号", (121.5, 31.2), files=2)
    assert says[-1] == (Say.CONFIRM,)


heard = st.one_of(
    st.sampled_from(
        ["1", "提交", "取消", "评价 3", "不满意", "进度", "路灯坏了", "👍", "", "帮助"]
    ).map(hearing.read_words),
    st.just(HERE),
    st.sampled_from(["photo", "audio", "video"]).map(hearing.Media),
    st.sampled_from([hearing.Strange(), hearing.Nothing(), hearing.Came(), hearing.Went()]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(heard, max_size=25), st.booleans())
def test_nothing_is_sent_that_is_not_whole_and_agreed_to(
    said: list[hearing.Heard], rating: bool
) -> None:
    now = Talk(Step.RATING, rating="x") if rating else Talk()
    for one in said:
        before, taken = now, turn(now, one, now=NOW)
        now = taken.talk
        assert taken.says or taken.question or isinstance(one, (hearing.Nothing, hearing.Went))
        if taken.submit is not None:
            assert one in (hearing.Told("yes"), hearing.Told("submit"))
            assert taken.submit == before.draft
            assert taken.submit.is_whole
        assert now.draft.files <= MOST_FILES
        assert (now.step == Step.DRAFT) == (now.began_at is not None)
        assert now.step == Step.DRAFT or now.draft == Draft()
        assert Draft.read(now.draft.written()) == now.draft


def test_a_draft_is_forgotten_after_a_day_of_silence_and_the_person_told() -> None:
    after, _says = talk(hearing.Words("路灯坏了"), HERE)
    late = turn(after, hearing.Told("yes"), now=NOW + LIVES)
    assert late.submit is None
    assert late.says == (Say.FORGOTTEN, Say.HELP)
    assert turn(after, hearing.Told("yes"), now=NOW + LIVES - timedelta(minutes=1)).submit


def test_bounds_are_said_and_what_was_there_stays() -> None:
    after, _says = talk(HERE, *(hearing.Media("photo") for _n in range(MOST_FILES)))
    full = turn(after, hearing.Media("photo"), now=NOW)
    assert (full.says, full.keep, full.talk) == ((Say.TOO_MANY_FILES,), False, after)
    long = turn(after, hearing.Words("灯" * 2001), now=NOW)
    assert (long.says, long.talk) == ((Say.TOO_LONG,), after)


def test_fields_of_templates_are_checked_and_fit() -> None:
    kept = wording.check_fields([("thing1.DATA", "{status} {class}"), ("phrase2", "{status}")])
    facts = {"status": "已办结已办结", "class": "暴露垃圾" * 10}
    data = wording.data_of(((key, text) for key, text in kept), facts)
    assert len(data["thing1"]["value"]) == 20
    assert data["phrase2"]["value"] == "已办结已…"
    assert wording.fitted("thing1", " ") == "–"
    for bad, named in (([("1x", "a")], "1x"), ([("thing1", "{phone}")], "phone")):
        with pytest.raises(BadInput, match=named):
            wording.check_fields(bad)
