"""The demo city's appraisal of last month: opened for its grid workers, and at every step for some
of the first street. Nobody there is real, and nothing follows from it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from linli.appraisal.models import Sheet
from linli.appraisal.rules.schemes import Origin
from linli.appraisal.services.moving import move_sheet, report_self
from linli.appraisal.services.opening import open_month
from linli.appraisal.services.scoring import Given, score_sheet
from linli.cases.models import Case
from linli.evaluation.services import following
from linli.kernel.errors import Refused
from linli.staff.models import PostTemplate, User

ROLE, STREET, WORKER = "grid_worker", "S1", "worker"
#: Who does what with a sheet, by account (people.ROLES); the rest is the worker's own.
HANDS = {"open": "evaluator", "submit": "street", "show": "streetleader", "sign": "leader"}
#: How far the first sheets come; the first is that of the account `worker`. The others wait.
FATES = (
    ("report", "submit", "show"),
    ("report",),
    ("report", "submit"),
    ("report", "submit", "show", "appeal"),
    ("report", "submit", "show", "agree", "sign"),
)
_AGO, _STEP = timedelta(days=3), timedelta(hours=10)
_OWN = "本月每日巡查两次，走访居民 36 户，处置小问题 14 件，雨天巡查有疏漏"
_APPEAL = "出勤一项扣分的两天为公休，请核对考勤记录"


def enter(*, now: datetime) -> int:
    """Open the last month and let some sheets go on; once, and all or nothing. How many sheets:
    none before there are cases, or where somebody lacks the grant."""
    people = {one.username: one for one in User.objects.filter(username__in=HANDS.values())}
    role = PostTemplate.objects.filter(code=ROLE).first()
    if role is None or len(people) < len(HANDS) or not Case.objects.exists():
        return 0
    if Sheet.objects.exists():
        return 0
    following.follow()
    at = now - _AGO
    month = (timezone.localdate(at).replace(day=1) - timedelta(days=1)).replace(day=1)
    try:
        with transaction.atomic():
            made = open_month(actor=people[HANDS["open"]], month=month, role_id=role.pk, now=at)
            for fate, sheet in zip(FATES, _first_sheets(month), strict=False):
                for step, deed in enumerate(fate, start=1):
                    hand = people[HANDS[deed]] if deed in HANDS else sheet.user
                    _do(deed, sheet, hand, at + step * _STEP)
    except Refused:
        return 0
    return made


def _first_sheets(month: date) -> list[Sheet]:
    """Those of the first street, the account `worker` before all others."""
    rows = Sheet.objects.filter(month=month, unit__code=STREET).select_related("user", "scheme")
    return sorted(rows, key=lambda one: (one.user.username != WORKER, one.user.username))


def _do(deed: str, sheet: Sheet, hand: User, at: datetime) -> None:
    if deed == "report":
        own = _lines(sheet, Origin.SELF)
        points = dict.fromkeys(own, Decimal(92))
        report_self(actor=hand, sheet_id=sheet.pk, words=_OWN, points=points, now=at)
        return
    if deed == "submit":
        score_sheet(actor=hand, sheet_id=sheet.pk, given=_given(sheet), now=at)
    words = _APPEAL if deed == "appeal" else ""
    move_sheet(actor=hand, sheet_id=sheet.pk, deed=deed, words=words, now=at)


def _given(sheet: Sheet) -> dict[int, Given]:
    """What the street enters: points, a survey of 60 people, six representatives of residents."""
    more = sheet.pk % 7
    kinds = {
        Origin.SCORER: Given(points=Decimal(84 + more)),
        Origin.SURVEY: Given(total=Decimal(51 + more), people=60),
        Origin.RESIDENTS: Given(total=Decimal(516 + 3 * more), people=6),
    }
    return {pk: given for origin, given in kinds.items() for pk in _lines(sheet, origin)}


def _lines(sheet: Sheet, origin: Origin) -> list[int]:
    return [line.pk for line in sheet.scheme.lines.all() if line.origin == origin]
