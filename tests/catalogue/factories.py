"""Rows the catalogue's tests stand on."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from linli.catalogue.models import CaseClass, Edition
from linli.catalogue.rules import Limit, LimitUnit
from linli.catalogue.services import save_class, save_condition, save_edition
from linli.staff.models import Post, Unit, User
from linli.territory.models import Region

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 9:00 in China
TODAY = date(2026, 3, 2)
_number = count(1)


def limit(text: str) -> Limit:
    amount, unit = text.split()
    return Limit(Decimal(amount), LimitUnit(unit))


def an_edition(code: str = "test", valid_from: date = date(2026, 1, 1)) -> Edition:
    return save_edition(code=code, name=code, source="", valid_from=valid_from, actor=None, now=NOW)


def a_class(
    edition: Edition,
    code: str = "E0102",
    name: str = "暴露垃圾",
    *,
    public: bool = True,
    actor: User | None = None,
) -> CaseClass:
    return save_class(
        edition=edition,
        kind="component" if code[0] == "C" else "event",
        major_code=code[1:3],
        major_name="市容环境",
        minor_code=code[3:],
        name=name,
        name_en="Exposed rubbish",
        public=public,
        actor=actor,
        now=NOW,
    )


def a_condition(case_class: CaseClass, number: int = 1, valid_from: date = date(2026, 1, 1)):  # type: ignore[no-untyped-def]
    return save_condition(
        case_class=case_class,
        number=number,
        filing_text=f"成堆 {number}",
        closing_text="清理干净",
        limit_a=limit("4 work_hour"),
        limit_b=limit("6 work_hour"),
        limit_c=limit("1 work_day"),
        urgent_limit=limit("2 urgent_hour"),
        valid_from=valid_from,
        actor=None,
        now=NOW,
    )


def a_region(name: str = "城东街道", parent: Region | None = None) -> Region:
    return Region.objects.create(
        code=f"{next(_number):012}",
        name=name,
        tier="street",
        parent=parent,
        valid_from=date(2020, 1, 1),
    )


def a_unit(name: str = "环卫中心") -> Unit:
    return Unit.objects.create(name=name, kind="department", code=f"u{next(_number)}")


def an_administrator(*grants: str) -> User:
    user = User.objects.create(username=f"admin{next(_number)}")
    Post.objects.create(
        user=user,
        unit=a_unit(f"中心{next(_number)}"),
        title="系统管理员",
        reach="unit",
        grants=list(grants),
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return user
