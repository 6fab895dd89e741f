"""The lines of the demo city's hotline, and what its operators look up. All of it is made up."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction

from linli.hotline import policy, services
from linli.hotline.models import Line
from linli.hotline.rules import ArticleKind
from linli.staff.models import User

SINCE = date(2026, 1, 1)
ARTICLES = (
    ("路灯不亮怎么报修", "请来电人说明路段、灯杆编号（杆上有牌）和不亮的时间，登记为案件。", "C01"),
    ("生活垃圾什么时候投放", "早上 7:00–9:00，晚上 18:00–20:00；误时投放点见小区公示牌。", "E01"),
    (
        "井盖破损或缺失",
        "先请来电人远离，问清路段和盖上的字样，按紧急登记；已有人受伤的请其拨打 120。",
        "C01",
    ),
    ("医保卡遗失补办", "本人持身份证到就近的社区事务受理服务中心补办，当场领取。", ""),
)
PHRASES = (
    ("治安警情", "您反映的情况涉及治安，请立即拨打 110，我们同时记录。"),
    ("结束语", "感谢您的来电，您反映的情况已经记录，请保持电话畅通。再见。"),
)


def enter(*, now: datetime) -> None:
    """Two lines of the first district's centre, with articles and canned answers; once. Does
    nothing where the duty chief has not been given the hotline's grants."""
    chief = User.objects.filter(username="chief").first()
    if chief is None or Line.objects.exists():
        return
    if not (chief.has_grant(policy.GRANT_MANAGE) and chief.has_grant(policy.GRANT_EDIT)):
        return
    centre = next(s.centre_id for s in chief.seats if policy.GRANT_MANAGE in s.grants)
    assert centre is not None
    with transaction.atomic():
        services.add_line(
            actor=chief, unit_id=centre, now=now, number="12345", name="政务服务便民热线",
            weekdays=range(1, 8), greeting="您好，12345 热线，请问有什么可以帮您？",
        )  # fmt: skip
        services.add_line(
            actor=chief, unit_id=centre, now=now, number="12319", name="城建服务热线",
            weekdays=range(1, 6), opens_at=time(8, 30), closes_at=time(17, 30),
            greeting="您好，12319 城建热线，请讲。",
        )  # fmt: skip
        for title, body, code in ARTICLES:
            services.add_article(
                actor=chief, now=now, kind=ArticleKind.ARTICLE, title=title, body=body,
                class_code=code, valid_from=SINCE,
            )  # fmt: skip
        for title, body in PHRASES:
            services.add_article(
                actor=chief, now=now, kind=ArticleKind.PHRASE, title=title, body=body,
                valid_from=SINCE,
            )  # fmt: skip
