"""From a message on a phone to a case, and back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from linli.cases import services as cases
from linli.cases.models import Case, CaseFile, Report, ReportContact
from linli.deliveries.models import Delivery
from linli.wechat.models import AccessToken, Account, Fan, InMessage, Submission, Template
from linli.wechat.services import calling, upkeep
from tests.cases.city import City
from tests.cases.test_life import photo as kept_photo
from tests.conftest import NOW
from tests.files.makers import amr, movie, photo
from tests.wechat.conftest import Clock, only_case, send, work
from tests.wechat.server import OPENID, Interface, WeChat, message

pytestmark = pytest.mark.django_db
OTHER = "oAnotherPerson_of-the-city00"


def here(city: City, *, sender: str = OPENID, at: Any = NOW) -> str:
    """A location in the first district, as phones in China have it (GCJ-02)."""
    place = city.districts[0].place()
    return message(
        "location", sender=sender, at=at, Location_X=round(place.lat - 0.0020, 6),
        Location_Y=round(place.lon + 0.0045, 6), Scale=16, Label="人民路 1 号",
    )  # fmt: skip


def report(wechat: WeChat, city: City, clock: Clock, words: str = "路灯坏了三天了") -> Case:
    """A report from its first message to its case."""
    wechat.says(words, at=clock.now)
    wechat.tell(here(city, at=clock.now), at=clock.now)
    assert "提交" in wechat.says("1", at=clock.now)
    assert work(clock) == ["wechat.act"]
    return Case.objects.latest("pk")


def moved(city: City, case: Case, clock: Clock, upto: str = "close") -> None:
    """The case after the steps up to `upto`, by the posts of the first district."""
    home = city.districts[0]
    steps: dict[str, tuple[str, dict[str, Any]]] = {
        "file": ("street_chief", {"case_class": "E0102"}),
        "dispatch": ("street_dispatcher", {"unit": home.department.pk}),
        "accept": ("handler", {}),
        "report_back": ("handler", {"opinion": "已修好", "files": True}),
        "request_check": ("street_dispatcher", {}),
        "check": ("worker", {"passed": True, "place": home.place(), "files": True}),
        "close": ("street_chief", {}),
    }
    for move, (who, given) in steps.items():
        user = home.user(who)
        inputs = {**given, "files": [kept_photo(user)]} if "files" in given else given
        clock.now += timedelta(minutes=1)
        cases.perform(move, case_id=case.pk, actor=user, now=clock.now, **inputs)
        if move == upto:
            return


def test_two_photos_a_voice_and_a_location_in_any_order_are_one_report(
    wechat: WeChat, city: City, clock: Clock, reachable: Account, interface: Interface
) -> None:
    interface.files = {"m1": photo(), "m2": photo((320, 240)), "v1": amr()}
    assert "位置" in wechat.tell(message("image", MediaId="m1", PicUrl="http://127.0.0.1/x"))
    assert "问题" in wechat.tell(here(city))
    assert "确认" in wechat.tell(message("voice", MediaId="v1", Format="amr"))
    assert "附件：3" in wechat.tell(message("image", MediaId="m2", PicUrl="http://127.0.0.1/y"))
    assert "路灯不亮" in wechat.says("路灯不亮")
    assert work(clock) == ["wechat.fetch_media"] * 3
    assert "提交" in wechat.says("提交")
    assert not Case.objects.exists()  # the request left it to a job
    assert work(clock) == ["wechat.act"]
    case, row = only_case(), Report.objects.get()
    assert (row.channel, row.description, row.language) == ("wechat", "路灯不亮", "zh-hans")
    assert (case.address, case.place_origin) == ("人民路 1 号", "gcj02")
    assert case.district_id == city.districts[0].region.pk
    kinds = (
        CaseFile.objects.filter(case_id=case.pk).order_by("number").values_list("kind", flat=True)
    )
    assert list(kinds) == ["photo", "audio", "photo"]
    assert not ReportContact.objects.exists()
    # The number is said in the talk, once.
    assert (send(clock), send(clock)) == (1, 0)
    ((path, said),) = interface.out
    assert (path, said["touser"], said["msgtype"]) == (
        "/cgi-bin/message/custom/send", OPENID, "text",
    )  # fmt: skip
    assert case.number in said["text"]["content"]
    assert f"https://city.example/r/{case.number}/" in said["text"]["content"]
    assert len(interface.tokens) == 1


def test_a_voice_that_wechat_understood_is_words(
    wechat: WeChat, city: City, clock: Clock, reachable: Account, interface: Interface
) -> None:
    interface.files = {"v1": amr()}
    wechat.tell(message("voice", MediaId="v1", Format="amr", Recognition="井盖不见了。"))
    wechat.tell(here(city))
    wechat.says("1")
    assert work(clock) == ["wechat.fetch_media", "wechat.act"]
    assert Report.objects.get().description == "井盖不见了。"
    assert CaseFile.objects.get().mime == "audio/amr"


def test_a_file_that_comes_late_joins_the_report(
    wechat: WeChat, city: City, clock: Clock, reachable: Account, interface: Interface
) -> None:
    interface.files, interface.down = {"m1": movie()}, True
    wechat.tell(message("video", MediaId="m1", ThumbMediaId="t1"))
    wechat.tell(here(city))
    wechat.says("路灯坏了三天了")
    wechat.says("1")
    assert work(clock) == ["wechat.fetch_media?", "wechat.act"]
    case = only_case()
    assert case.file_count == 0
    interface.down = False
    assert work(clock) == ["wechat.fetch_media"]
    case.refresh_from_db()
    assert (case.file_count, case.report_count) == (1, 2)
    assert CaseFile.objects.get(case_id=case.pk).kind == "video"
    assert work(clock) == []


@pytest.mark.parametrize("content", [b"GIF89a" + b"0" * 99, b"MZ" + b"\0" * 99, None])
def test_a_file_that_cannot_be_used_is_noted_and_the_report_goes_on(
    wechat: WeChat, city: City, clock: Clock, reachable: Account, interface: Interface,
    content: bytes | None,
) -> None:  # fmt: skip
    interface.files = {} if content is None else {"m1": content}
    wechat.tell(message("image", MediaId="m1"))
    assert work(clock) == ["wechat.fetch_media"]
    row = InMessage.objects.get()
    assert row.media_state == "refused"
    assert row.said
    wechat.tell(here(city))
    wechat.says("路灯坏了三天了")
    wechat.says("1")
    work(clock)
    assert only_case().file_count == 0


def test_a_link_to_the_inside_in_place_of_a_video_is_not_followed(
    wechat: WeChat, city: City, clock: Clock, reachable: Account, interface: Interface
) -> None:
    interface.files = {"m1": json.dumps({"video_url": "http://10.0.0.7/secret"}).encode()}
    wechat.tell(message("video", MediaId="m1"))
    assert work(clock) == ["wechat.fetch_media"]
    assert "10.0.0.7" in InMessage.objects.get().said
    interface.files = {
        "m2": json.dumps({"video_url": f"{reachable.api_base}/elsewhere/real"}).encode(),
        "real": movie(),
    }
    wechat.tell(message("video", MediaId="m2"))
    work(clock)
    assert InMessage.objects.latest("pk").media_state == "kept"


def test_an_address_in_words_goes_to_the_centre_of_the_account(
    wechat: WeChat, city: City, clock: Clock
) -> None:
    wechat.says("路灯坏了三天了")
    assert "人民路 88 号" in wechat.says("人民路 88 号")
    wechat.says("好的")
    work(clock)
    case = only_case()
    assert (case.place, case.address) == (None, "人民路 88 号")
    assert case.centre_id == city.districts[1].centre.pk


def test_a_place_elsewhere_emoji_and_stickers_are_answered_and_change_nothing(
    wechat: WeChat, city: City
) -> None:
    wechat.says("路灯坏了三天了")
    before = Fan.objects.get().sealed_draft
    far = message("location", Location_X=39.9, Location_Y=116.4, Scale=16, Label="北京")
    assert "服务范围" in wechat.tell(far)
    assert "文字" in wechat.says("😀😀👍")
    assert "照片" in wechat.tell(message("link", Title="x", Url="https://x.example"))
    assert wechat.tell(message("event", Event="TEMPLATESENDJOBFINISH", Status="success")) == ""
    assert Fan.objects.get().sealed_draft == before


def test_giving_up_and_silence_send_nothing(wechat: WeChat, city: City, clock: Clock) -> None:
    wechat.says("路灯坏了三天了")
    assert "取消" in wechat.says("算了")
    assert "没有可提交" in wechat.says("提交")
    wechat.says("路灯坏了三天了")
    wechat.tell(here(city))
    clock.now += timedelta(hours=25)
    assert "过期" in wechat.says("1", at=clock.now)
    wechat.says("路灯坏了三天了", at=clock.now)
    wechat.tell(message("event", at=clock.now, Event="unsubscribe"), at=clock.now)
    fan = Fan.objects.get()
    assert (fan.step, fan.sealed_draft, fan.follows) == ("idle", "", False)
    assert work(clock) == []
    assert not Case.objects.exists()


def test_one_sees_ones_own_reports_alone(wechat: WeChat, city: City, clock: Clock) -> None:
    assert "还没有" in wechat.says("进度")
    case = report(wechat, city, clock)
    told = wechat.says("进度")
    assert case.number in told
    assert "等待受理" in told or "已收到" in told
    assert wechat.says(case.number) == wechat.says(f"进度 {case.number.replace('-', '')}") == told
    stranger = wechat.tell(message(Content=case.number, sender=OTHER))
    unknown = wechat.tell(message(Content="20260310-000099-1", sender=OTHER))
    assert stranger == wechat.tell(message(Content=f"进度 {case.number}", sender=OTHER))
    assert "没有在这里上报过" in stranger
    assert case.number not in unknown
    elsewhere = cases.report(
        description="门户的上报", place=city.districts[0].place(), channel="portal", now=NOW
    )
    assert "没有在这里上报过" in wechat.says(elsewhere.case.number)


def test_a_solved_report_is_told_by_template_and_rated(
    wechat: WeChat, city: City, clock: Clock, reachable: Account, interface: Interface
) -> None:
    Template.objects.create(
        account=reachable, news="solved", template_id="tmpl-solved-1",
        fields=[["character_string1", "{number}"], ["phrase2", "{status}"], ["thing3", "{class}"]],
    )  # fmt: skip
    case = report(wechat, city, clock)
    assert "没有待评价" in wechat.says("评价 3")
    moved(city, case, clock)
    send(clock)
    told = [(path.rpartition("/")[0], said) for path, said in interface.out]
    assert [path for path, _said in told] == [
        "/cgi-bin/message/custom", "/cgi-bin/message/custom", "/cgi-bin/message/template",
    ]  # fmt: skip
    by_template = told[-1][1]
    assert by_template["touser"] == OPENID
    assert by_template["template_id"] == "tmpl-solved-1"
    assert by_template["url"].startswith(f"https://city.example/r/{case.number}/")
    assert by_template["data"] == {
        "character_string1": {"value": case.number}, "phrase2": {"value": "已结案"},
        "thing3": {"value": "暴露垃圾"},
    }  # fmt: skip
    assert "满意" in wechat.says("评价", at=clock.now)
    assert "感谢" in wechat.says("1 还是不亮", at=clock.now)
    assert work(clock) == ["wechat.act"]
    case.refresh_from_db()
    assert (case.stage, case.rating) == ("evaluated", 1)
    assert "没有待评价" in wechat.says("不满意", at=clock.now)


def test_a_question_of_the_centre_is_answered(wechat: WeChat, city: City, clock: Clock) -> None:
    case = report(wechat, city, clock)
    home = city.districts[0]
    assert "没有待答复" in wechat.says("答复 是三号楼")
    cases.ask_reporter(
        case_id=case.pk, actor=home.user("street_operator"), now=clock.now, opinion="几号楼？"
    )
    assert "几号楼？" in wechat.says("进度")
    assert "转给中心" in wechat.says("答复：三号楼旁边")
    assert work(clock) == ["wechat.act"]
    case.refresh_from_db()
    assert case.waiting is False
    assert case.events.latest("number").opinion == "三号楼旁边"


def test_reports_of_a_merged_case_hear_what_becomes_of_it(
    wechat: WeChat, city: City, clock: Clock, reachable: Account, interface: Interface
) -> None:
    first, chief = report(wechat, city, clock), city.districts[0].user("street_operator")
    second = cases.report(
        description="同一处垃圾", place=city.districts[0].place(), channel="portal", now=NOW
    ).case
    cases.merge(case_id=first.pk, actor=chief, into=second.number, opinion="同一处", now=clock.now)
    moved(city, second, clock, "file")
    send(clock)
    assert [first.number in said["text"]["content"] for _path, said in interface.out] == [True] * 2
    assert "立案" in interface.out[-1][1]["text"]["content"]
    assert Delivery.objects.filter(kind="wechat.news").count() == 2


@pytest.mark.parametrize(
    ("code", "state", "tries"), [(43004, "done", 1), (45015, "done", 1), (40037, "dead", 1),
                                 (45009, "waiting", 1)],
)  # fmt: skip
def test_what_wechat_refuses_is_tried_again_only_where_that_helps(
    wechat: WeChat, city: City, clock: Clock, reachable: Account, interface: Interface,
    code: int, state: str, tries: int,
) -> None:  # fmt: skip
    report(wechat, city, clock)
    interface.errcode = code
    send(clock)
    row = Delivery.objects.get(kind="wechat.news")
    assert (row.state, row.attempts) == (state, tries)
    assert OPENID not in json.dumps(row.payload)


def test_nobody_is_told_after_leaving_or_long_silence(
    wechat: WeChat, city: City, clock: Clock, reachable: Account, interface: Interface
) -> None:
    case = report(wechat, city, clock)
    clock.now += timedelta(hours=49)
    moved(city, case, clock, "file")
    send(clock)
    assert interface.out == []
    Template.objects.create(
        account=reachable, news="solved", template_id="t", fields=[["thing1", "{status}"]]
    )
    wechat.tell(message("event", at=clock.now, Event="unsubscribe"), at=clock.now)
    home = city.districts[0]
    cases.perform(
        "void", case_id=case.pk, actor=home.user("street_chief"), now=clock.now, opinion="误报"
    )
    send(clock)
    assert interface.out == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_a_token_is_renewed_once_when_it_is_over_or_refused(
    reachable: Account, interface: Interface, clock: Clock
) -> None:
    first = calling.access_token(reachable, now=clock.now)
    assert calling.access_token(reachable, now=clock.now + timedelta(minutes=100)) == first
    interface.stale = {first}
    calling.post(reachable, "/cgi-bin/message/custom/send", {}, now=clock.now)
    assert len(interface.tokens) == 2
    # Another process found the same token stale; ours is newer by now and is kept.
    second = calling.access_token(reachable, now=clock.now, wrong=first)
    assert second == interface.tokens[1]
    interface.errcode = 40001
    with pytest.raises(calling.ApiFault, match="40001"):  # one new token, no endless asking
        calling.post(reachable, "/cgi-bin/message/custom/send", {}, now=clock.now)
    assert len(interface.tokens) == 3
    Account.objects.update(app_secret="wrong0000")
    AccessToken.objects.all().delete()
    reachable.refresh_from_db()
    with pytest.raises(calling.ApiFault, match="40125"):
        calling.access_token(reachable, now=clock.now)
    assert "40125" in AccessToken.objects.get().trouble


def test_what_is_over_is_forgotten_and_what_waits_is_kept(
    wechat: WeChat, city: City, clock: Clock
) -> None:
    report(wechat, city, clock)
    wechat.tell(message("image", MediaId="m1"))
    clock.now += timedelta(days=8)
    wechat.tell(message("event", at=clock.now, Event="unsubscribe"), at=clock.now)
    upkeep.tidy(now=clock.now + timedelta(days=31))
    assert InMessage.objects.get().kind == "image"  # its file still waits
    fan = Fan.objects.get()
    assert (fan.sealed_openid, fan.step) == ("", "idle")
    assert Submission.objects.get().fan_id == fan.pk  # who comes back finds their reports
    assert "进度" in wechat.says("帮助", at=clock.now)
    assert Fan.objects.get().sealed_openid == OPENID
