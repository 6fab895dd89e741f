"""The platform of the demo city that hands work orders down, and what it has sent. All of it is
made up; nobody outside is told anything."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone

from linli.cases import services as cases
from linli.staff.models import Unit, User
from linli.workorders import policy
from linli.workorders.models import Order, Platform
from linli.workorders.rules.kinds import OrderState, Reason
from linli.workorders.rules.mapping import Rule
from linli.workorders.services import answering, platforms, receiving, taking

NAME = "市 12345 热线平台"
MAPPING = {
    "number": Rule("工单.编号"),
    "title": Rule("工单.标题"),
    "description": Rule("工单.内容"),
    "address": Rule("工单.地址"),
    "class": Rule("工单.类别", {"垃圾": "E0102", "占道": "E0504", "路面": "E0110"}, "fault"),
    "kind": Rule("工单.性质", {"投诉": "complaint", "求助": "help", "咨询": "consult"}, "empty"),
    "lon": Rule("工单.经度"),
    "lat": Rule("工单.纬度"),
    "name": Rule("来电人.姓名"),
    "phone": Rule("来电人.电话"),
    "wants_call": Rule("来电人.需回访"),
    "due_at": Rule("工单.时限", format="%Y-%m-%d %H:%M"),
}  # fmt: skip


class Sent(NamedTuple):
    """An order: how many hours ago it came, what it says and where; its fate after that."""

    hours: int
    title: str
    words: str
    address: str
    class_word: str
    place: tuple[float, float] | None = None
    fate: str = ""


ORDERS = (
    Sent(26, "沿街商铺跨门经营", "水果店把摊位摆到人行道上，行人只能走机动车道", "福州路 108 号",
         "占道", (121.4855, 31.2345), "dispatched"),
    Sent(20, "垃圾堆放无人清运", "弄堂口堆了两天生活垃圾，气味很大", "北京东路 266 弄",
         "垃圾", (121.4835, 31.2405), "filed"),
    Sent(9, "咨询公积金提取", "想问离职以后公积金怎样提取", "来电人未提供", "", None, "returned"),
    Sent(5, "路面坑洼", "公交站前路面有一个坑，骑车险些摔倒", "四川中路 410 号",
         "路面", (121.4838, 31.2400)),
    Sent(2, "路灯整夜不亮", "小区北门外三盏路灯都不亮", "江西中路 181 号",
         "照明", (121.4822, 31.2365)),
)  # fmt: skip


def enter(*, now: datetime) -> int:
    """The platform with its mapping and its orders of the last day, some taken in, one returned,
    one that waits for a person; once. How many orders. None where the people lack the grants."""
    admin, chief = (User.objects.filter(username=one).first() for one in ("sysadmin", "chief"))
    if admin is None or chief is None or Platform.objects.exists():
        return 0
    if not (admin.has_grant(policy.GRANT_SETTINGS) and chief.has_grant(policy.GRANT_HANDLE)):
        return 0
    since = now - timedelta(days=30)
    centre_id = next(s.centre_id for s in chief.seats if policy.GRANT_HANDLE in s.grants)
    assert centre_id is not None
    platform = platforms.save_platform(
        actor=admin, platform_id=None, now=since, name=NAME, skew_s=300, return_hours=8,
        centre=Unit.objects.get(pk=centre_id), review="repeated", crs="wgs84", by_place=False,
        callback_url="", active=True,
    ).platform  # fmt: skip
    platform = platforms.save_mapping(
        actor=admin, platform_id=platform.pk, rules=MAPPING, now=since
    )
    for place, sent in enumerate(ORDERS, start=1):
        _arrive(platform, place, sent, chief, now - timedelta(hours=sent.hours))
    return len(ORDERS)


def _arrive(platform: Platform, place: int, sent: Sent, chief: User, at: datetime) -> None:
    body = json.dumps(_message(place, sent, at), ensure_ascii=False).encode()
    sender = receiving.Sender(platform, signed=True)
    order = receiving.receive(sender=sender, body=body, is_xml=False, now=at).order
    taken = taking.take_in(order_id=order.pk, now=at + timedelta(minutes=1))
    soon = at + timedelta(minutes=25)
    if sent.fate == "returned":
        answering.return_order(
            actor=chief, order_id=order.pk, reason=Reason.NOT_OURS, now=soon,
            words="住房公积金业务由市公积金管理中心办理，请转该单位答复",
        )  # fmt: skip
    elif sent.fate and taken is not None and taken.state == OrderState.TAKEN:
        _work_on(taken, sent.fate, chief, soon)


def _message(place: int, sent: Sent, at: datetime) -> dict[str, Any]:
    """The order as the platform writes it."""
    day = timezone.localtime(at)
    said: dict[str, Any] = {
        "编号": f"SH{day:%Y%m%d}{place:04d}", "标题": sent.title, "内容": sent.words,
        "地址": sent.address, "类别": sent.class_word, "性质": "投诉" if sent.place else "咨询",
        "时限": f"{day + timedelta(days=3):%Y-%m-%d %H:%M}",
    }  # fmt: skip
    if sent.place is not None:
        said["经度"], said["纬度"] = sent.place
    caller = {"姓名": f"市民{place}", "电话": f"1390000{place:04d}", "需回访": "是"}
    return {"工单": said, "来电人": caller}


def _work_on(order: Order, fate: str, chief: User, at: datetime) -> None:
    """File its case, and hand it to the bureau. What the demo's people may not do stays undone."""
    assert order.case_id is not None
    cases.file_case(case_id=order.case_id, actor=chief, now=at)
    dispatcher = User.objects.filter(username="dispatcher").first()
    bureau = Unit.objects.filter(code="D1-CG").first()
    if fate == "dispatched" and dispatcher is not None and bureau is not None:
        later = at + timedelta(minutes=20)
        cases.dispatch(case_id=order.case_id, actor=dispatcher, now=later, unit=bureau.pk)
