"""Units, posts and accounts of the demo city; every name is made up."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db.models import F

from linli.catalogue import queries
from linli.catalogue import services as catalogue
from linli.staff import queries as staff_queries
from linli.staff import services as staff
from linli.staff.models import Post, PostTemplate, Unit, User
from linli.territory.models import Grid, Region

PASSWORD = "Linli-demo-2026"  # noqa: S105  of made-up people in a made-up city, printed in README
_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_GIVEN = [
    "建国",
    "秀英",
    "伟",
    "芳",
    "敏",
    "静",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "明",
    "霞",
    "平",
    "刚",
    "桂英",
]


class Role(NamedTuple):
    """One account of the README's list: sign-in name, template, unit key, what it shows."""

    username: str
    template: str
    unit: str
    says: str


#: One account per role (design §8).
ROLES = (
    Role("operator", "operator", "D1", "受理员 operator, Huangpu centre"),
    Role("dispatcher", "dispatcher", "D1", "派遣员 dispatcher, Huangpu centre"),
    Role("chief", "duty_chief", "D1", "值班长 duty chief, Huangpu centre"),
    Role("street", "duty_chief", "S1", "街道值班长 duty chief, Bund street"),
    Role("streetleader", "leader", "S1", "街道领导 leader, signs escalations, Bund street"),
    Role("unit", "handler", "D1-CG", "处置单位 handling unit: city appearance, Huangpu"),
    Role("water", "handler", "D1-WATER", "公共事业单位 utility: water, Huangpu"),
    Role("worker", "grid_worker", "S1", "网格员 grid worker, Bund street"),
    Role("inspector", "inspector", "D1", "核查员 inspector, Huangpu"),
    Role("leader", "leader", "D1", "区领导 leader, Huangpu"),
    Role("evaluator", "evaluator", "D1", "考核员 evaluator, Huangpu"),
    Role("cityevaluator", "evaluator", "CITY", "市级考核员 evaluator, city centre"),
    Role("city", "duty_chief", "CITY", "市级值班长 duty chief, city centre"),
    Role("cityleader", "leader", "CITY", "市领导 leader, city"),
    Role("hongkou", "duty_chief", "D2", "邻区值班长 duty chief of the other district"),
    Role("hongkouunit", "handler", "D2-CG", "邻区处置单位 handling unit of the other district"),
    Role("sysadmin", "system_admin", "CITY", "系统管理员 system administrator"),
    Role("secadmin", "security_admin", "CITY", "安全管理员 security administrator"),
    Role("auditadmin", "audit_admin", "CITY", "审计管理员 audit administrator"),
    Role("interface", "interface", "D1", "接口对接 integrator (API token)"),
)
ADMINISTRATORS = ("sysadmin", "secadmin", "auditadmin")


class Department(NamedTuple):
    """A handling unit that every district has, and the classes (or majors) it answers for."""

    key: str
    name: str
    name_en: str
    kind: str
    classes: tuple[str, ...]  # E02: a whole major; E0110: one class


DEPARTMENTS = tuple(
    Department(key, name, name_en, kind, tuple(classes.split()))
    for key, name, name_en, kind, classes in (
        ("CG", "城市管理行政执法局", "Urban management bureau", "department", "E02 E05 E0101"),
        ("LH", "绿化和市容管理局", "Greening and appearance", "department", "E01 C03 C04"),
        ("JS", "建设和管理委员会", "Construction commission", "department", "E03 C05 C06"),
        ("SZ", "市政设施养护公司", "Municipal maintenance", "contractor", "E04 C01 E0110"),
        ("JJ", "道路交通设施公司", "Road facilities", "contractor", "C02 E0505 E0506"),
        ("WATER", "供排水公司", "Water company", "utility", "E0402 E0404 C0101"),
        ("POWER", "供电公司", "Power company", "utility", "C0118 E0408"),
        ("HB", "生态环境局", "Environment bureau", "department", "E0116 E0302 E0508"),
        ("SF", "司法局", "Justice bureau", "department", "E0602"),
        ("MZ", "民政局", "Civil affairs bureau", "department", "E0601 E0603"),
    )
)


class Staffing(NamedTuple):
    """Who was hired: accounts by sign-in name, posts by grid and by unit."""

    accounts: dict[str, User]
    posts: dict[str, Post]
    workers: dict[int, Post]  # by grid id


def hire(*, now: datetime, seed: int = 11) -> Staffing:
    """Units, templates, posts, grid workers and responsibilities, through the real services."""
    pick = random.Random(seed)  # noqa: S311  made-up names
    system = staff_queries.system_actor()
    since = now - timedelta(days=400)
    staff.seed_templates()
    units = _units(system, since)
    _responsibilities(units, system, since)
    accounts: dict[str, User] = {}
    posts: dict[str, Post] = {}
    templates = {t.code: t for t in PostTemplate.objects.all()}
    for role in ROLES:
        user = _account(role.username, _name(pick), since)
        accounts[role.username] = user
        posts[role.username] = _post(
            user, units[role.unit], templates[role.template], system, since
        )
    for key, unit in units.items():  # every street and department needs somebody
        role_name = "duty_chief" if unit.kind == "centre" else "handler"
        if unit.kind != "centre" or key.startswith(("S", "T")):
            user = _account(f"{key.lower()}", _name(pick), since)
            posts[key] = _post(user, unit, templates[role_name], system, since)
            accounts[user.username] = user
    workers = _workers(units, accounts, posts, templates["grid_worker"], system, since, pick)
    return Staffing(accounts, posts, workers)


def _units(system: User, since: datetime) -> dict[str, Unit]:
    regions = {r.code: r for r in Region.objects.filter(tier__in=["city", "district", "street"])}
    found: dict[str, Unit] = {}

    def add(key: str, name: str, name_en: str, kind: str, parent: str, region: Region) -> None:
        found[key] = staff.add_unit(
            actor=system,
            name=name,
            name_en=name_en,
            kind=kind,
            code=key,
            now=since,
            parent=found.get(parent),
            region=region,
        )

    add(
        "CITY",
        "示范市城市运行管理中心",
        "City command centre",
        "centre",
        "",
        regions["310100000000"],
    )
    for d, code in enumerate(("310101000000", "310109000000"), start=1):
        district = regions[code]
        add(
            f"D{d}",
            f"{district.name}网格化管理中心",
            f"District centre {d}",
            "centre",
            "CITY",
            district,
        )
        for own in DEPARTMENTS:
            add(
                f"D{d}-{own.key}",
                district.name + own.name,
                own.name_en,
                own.kind,
                f"D{d}",
                district,
            )
        streets = sorted(r for r in regions if r[:6] == code[:6] and regions[r].tier == "street")
        if d == 1:  # the Bund first: it is the neighbourhood with real streets
            streets.sort(key=lambda c: c != "310101013000")
        for s, street_code in enumerate(streets, start=1):
            street = regions[street_code]
            letter = "S" if d == 1 else "T"
            add(
                f"{letter}{s}",
                f"{street.name}网格中心",
                f"Street centre {d}.{s}",
                "centre",
                f"D{d}",
                street,
            )
    return found


def _responsibilities(units: dict[str, Unit], system: User, since: datetime) -> None:
    for d in (1, 2):
        for department in DEPARTMENTS:
            unit = units[f"D{d}-{department.key}"]
            assert unit.region_id is not None
            for code in department.classes:
                whole = len(code) == 3
                catalogue.assign_unit(
                    unit_id=unit.pk,
                    region_id=unit.region_id,
                    role="lead",
                    valid_from=since.date(),
                    actor=system,
                    now=since,
                    case_class=None if whole else queries.class_by_code(code),
                    kind={"E": "event", "C": "component"}[code[0]] if whole else "",
                    major_code=code[1:] if whole else "",
                    legal_basis="示范城市责任清单",
                )


def _workers(
    units: dict[str, Unit],
    accounts: dict[str, User],
    posts: dict[str, Post],
    template: PostTemplate,
    system: User,
    since: datetime,
    pick: random.Random,
) -> dict[int, Post]:
    """One primary worker a grid, three grids each; `worker` has the first grids of the Bund."""
    centres = {unit.region_id: unit for unit in units.values() if unit.kind == "centre"}
    found: dict[int, Post] = {}
    by_street: dict[int, list[Grid]] = {}
    for grid in Grid.objects.select_related("community").order_by("code"):
        by_street.setdefault(grid.community.parent_id or 0, []).append(grid)
    number = 0
    for street_id, grids in by_street.items():
        unit = centres[street_id]
        for i in range(0, len(grids), 3):
            if unit == units["S1"] and i == 0:
                post = posts["worker"]
            else:
                number += 1
                user = _account(f"w{number:03d}", _name(pick), since)
                post = _post(user, unit, template, system, since)
                accounts[user.username] = user
            for grid in grids[i : i + 3]:
                staff.appoint_worker(
                    actor=system, grid=grid, post=post, now=since, valid_from=since
                )
                found[grid.pk] = post
    return found


@cache
def _hashed() -> str:
    """One hash for all accounts of the demo: hashing three hundred takes a minute and a half."""
    return make_password(PASSWORD)


def _account(username: str, name: str, since: datetime) -> User:
    # Without a day on which it was changed the password does not age: everybody knows it anyway.
    return User.objects.create(username=username, name=name, password=_hashed(), date_joined=since)


def keep_passwords() -> int:
    """Accounts of a demo older than the ageing of passwords, made as `_account` makes them now."""
    rows = User.objects.filter(password_changed_at=F("date_joined"), must_change_password=False)
    return rows.update(password_changed_at=None)


def _post(user: User, unit: Unit, template: PostTemplate, system: User, since: datetime) -> Post:
    return staff.give_post(
        actor=system, user=user, unit=unit, now=since, template=template, valid_from=since
    )


def _name(pick: random.Random) -> str:
    return pick.choice(_FAMILY) + pick.choice(_GIVEN)
