"""A large made-up city: ground and people, through the same imports and services as a real one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

import shapely
from django.db import transaction
from django.test.utils import override_settings

from linli.catalogue import services as catalogue
from linli.staff import queries as staff_queries
from linli.staff import services as staff
from linli.staff.models import Post, PostTemplate, Unit, User
from linli.territory import services as territory
from linli.territory.models import Grid, Region
from linli.territory.rules.sheets import Row

BOX = (111.0, 30.5, 111.6, 31.1)  # about the size of a prefecture's built-up land
CITY = "420100000000"
SINCE = date(2019, 1, 1)
#: Kinds of units that handle; every district has one of each.
DEPARTMENTS = (
    ("CG", "城市管理局", "department"),
    ("LH", "园林绿化局", "department"),
    ("ZJ", "住房建设局", "department"),
    ("SZ", "市政养护公司", "contractor"),
    ("JJ", "交通设施公司", "contractor"),
    ("SW", "供排水公司", "utility"),
    ("DL", "供电公司", "utility"),
    ("HB", "生态环境局", "department"),
)
_NAMES = "东西南北中江河湖山林桥塔园港湾溪"


class Size(NamedTuple):
    """How many of each lie in the one above: columns × rows. In the first `joined` grids the last
    two cells are one, so that a city can have any number of them."""

    districts: tuple[int, int] = (4, 4)
    streets: tuple[int, int] = (7, 2)  # every second district has 5 × 3: 232 in all
    communities: tuple[int, int] = (5, 2)
    grids: tuple[int, int] = (2, 1)
    cells: tuple[int, int] = (2, 4)
    joined: int = 0
    box: tuple[float, float, float, float] = BOX


SMALL = Size((2, 1), (2, 1), (2, 1), (2, 1), (2, 2))


class _Ground(NamedTuple):
    regions: list[Row]
    grids: list[Row]
    cells: list[Row]


@transaction.atomic
def found(*, now: datetime, size: Size | None = None) -> None:
    """Divisions, catalogue, units and posts, unless they are there."""
    if Region.objects.exists():
        _keep_passwords()
        return
    ground = _ground(size or Size())
    for name, report in (
        ("regions", territory.import_regions(rows=ground.regions, from_date=SINCE)),
        ("grids", territory.import_grids(rows=ground.grids, from_date=SINCE)),
        ("cells", territory.import_cells(rows=ground.cells, from_date=SINCE)),
    ):
        if report.rejected:
            raise RuntimeError(f"{name}: {report.rejected[0]}")
    catalogue.seed_catalogue(now)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        _hire(now)
    _keep_passwords()


def _keep_passwords() -> None:
    """A city that is measured again after months asks nobody for a new password."""
    User.objects.update(password_changed_at=None)


def _ground(size: Size) -> _Ground:
    made = _Ground([], [], [])
    made.regions.append(_row(made.regions, _region(CITY, "江城市", "city", ""), size.box))
    for d, district in enumerate(_parts(size.box, *size.districts), start=1):
        code = f"{CITY[:4]}{d:02d}000000"
        name = f"{_NAMES[(d - 1) % 16]}{'区' if d < 17 else '县'}"
        made.regions.append(_row(made.regions, _region(code, name, "district", CITY), district))
        columns, rows = size.streets
        if size.streets == Size().streets and d % 2 == 0:
            columns, rows = 5, 3
        for s, street in enumerate(_parts(district, columns, rows), start=1):
            _street(made, size, code, f"{name[0]}{_NAMES[(s - 1) % 16]}", s, street)
    return made


def _street(
    made: _Ground, size: Size, district: str, name: str, number: int, box: tuple[float, ...]
) -> None:
    code = f"{district[:6]}{number:03d}000"
    made.regions.append(_row(made.regions, _region(code, f"{name}街道", "street", district), box))
    for c, community in enumerate(_parts(box, *size.communities), start=1):
        c_code, c_name = f"{code[:9]}{c:03d}", f"{name}{_NAMES[c % 16]}社区"
        values = _region(c_code, c_name, "community", code)
        made.regions.append(_row(made.regions, values, community))
        cell_number = 0
        for g, grid in enumerate(_parts(community, *size.grids), start=1):
            g_code = f"{c_code}Z{g:03d}"
            values = {"code": g_code, "name": f"{c_name}第{g}网格", "community": c_code,
                      "layer": "responsibility", "kind": "mixed"}  # fmt: skip
            made.grids.append(_row(made.grids, values, grid))
            cells = list(_parts(grid, *size.cells))
            if len(made.grids) <= size.joined:
                one, other = cells.pop(), cells.pop()
                cells.append((other[0], one[1], one[2], other[3]))
            for cell in cells:
                cell_number += 1
                values = {"code": f"{c_code}{cell_number:03d}", "community": c_code,
                          "grid": g_code, "grade": "ABBBC"[cell_number % 5]}  # fmt: skip
                made.cells.append(_row(made.cells, values, cell))


def _parts(
    box: tuple[float, ...], columns: int, rows: int
) -> Iterator[tuple[float, float, float, float]]:
    """`box` in equal parts, by rows from the north-west; borders are the very same numbers."""
    west, south, east, north = box
    xs = [west + (east - west) * i / columns for i in range(columns)] + [east]
    ys = [north + (south - north) * i / rows for i in range(rows)] + [south]
    for row in range(rows):
        for column in range(columns):
            yield xs[column], ys[row + 1], xs[column + 1], ys[row]


def _region(code: str, name: str, tier: str, parent: str) -> dict[str, str]:
    return {"code": code, "name": name, "tier": tier, "parent": parent}


def _row(before: list[Row], values: dict[str, str], box: tuple[float, ...]) -> Row:
    return Row(len(before) + 1, values, shapely.box(*box))


# -- people --------------------------------------------------------------------------------------
def _hire(now: datetime) -> None:
    """Units of every district and street; in each district a chief, an inspector and a handler
    of every department; in the first street of the first district everybody a case needs."""
    system, since = staff_queries.system_actor(), now - timedelta(days=4 * 365)
    staff.seed_templates()
    templates = {t.code: t for t in PostTemplate.objects.all()}
    regions = Region.objects.filter(tier__in=["city", "district", "street"]).order_by("code")
    units: dict[int, Unit] = {}
    first: list[str] = []

    def unit(region: Region, code: str, name: str, kind: str, parent: Unit | None) -> Unit:
        return staff.add_unit(
            actor=system, name=name, kind=kind, code=code, now=since, parent=parent, region=region
        )

    def person(username: str, template: str, at: Unit) -> Post:
        user = staff.open_account(
            actor=system, username=username, name=f"测{username}"[:20], now=since, must_change=False
        ).user
        return staff.give_post(
            actor=system, user=user, unit=at, now=since, template=templates[template],
            valid_from=since,
        )  # fmt: skip

    for region in regions:
        above = units.get(region.parent_id or 0)
        centre = unit(region, f"C{region.code[:9]}", f"{region.name}网格中心", "centre", above)
        units[region.pk] = centre
        if region.tier == "city":
            person("citychief", "duty_chief", centre)
            person("cityleader", "leader", centre)
        if region.tier == "district":
            short = region.code[4:6]
            for role in ("duty_chief", "inspector", "dispatcher", "operator"):
                person(f"{role.replace('_', '')}{short}", role, centre)
            for key, name, kind in DEPARTMENTS:
                department = unit(region, f"{key}{short}", f"{region.name}{name}", kind, centre)
                person(f"handler{key.lower()}{short}", "handler", department)
        if region.tier == "street" and not first:
            first.append(region.code)
            for role in ("operator", "dispatcher", "duty_chief", "leader"):
                person(f"street{role.replace('_', '')}", role, centre)
            worker = person("streetworker", "grid_worker", centre)
            for grid in Grid.objects.filter(community__parent=region):
                staff.appoint_worker(
                    actor=system, grid=grid, post=worker, now=since, valid_from=since
                )


def user(username: str) -> User:
    """A person of the city."""
    return User.objects.get(username=username)
