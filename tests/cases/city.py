"""A small city to try cases in: two districts, a street each, four grids, all the posts."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.files.base import ContentFile
from PIL import Image

from linli.cases.apps import GRANTS
from linli.cases.rules.inputs import Place
from linli.catalogue.models import CaseClass, Edition, FilingCondition, StageLimit
from linli.files import services as files
from linli.staff.models import Post, Unit, User
from linli.territory.models import Cell, CellVersion, Grid, GridVersion, Region, RegionVersion
from tests.conftest import NOW
from tests.factories import make_post, make_region, make_unit

SINCE = date(2020, 1, 1)
STEP = 0.01  # degrees: the side of a community
OPERATOR = (
    "cases.see", "cases.report", "cases.intake", "cases.call_back", "cases.evaluate",
    "cases.request_check",
)  # fmt: skip
CHIEF = (
    "cases.see", "cases.file", "cases.close", "cases.void", "cases.reopen", "cases.amend",
    "cases.escalate", "cases.delegate", "cases.transfer", "cases.duty", "cases.suspend",
    "cases.arbitrate", "cases.consent",
)  # fmt: skip
DISPATCHER = ("cases.see", "cases.dispatch", "cases.extend", "cases.request_check")
UNIT = ("cases.see", "cases.handle")
WORKER = (
    "cases.see", "cases.report", "cases.verify", "cases.check", "cases.self_handle",
    "cases.urgent",
)  # fmt: skip
LEADER = ("cases.see", "cases.supervise", "cases.comment", "cases.sign", "cases.consent")


def square(x: float, y: float, side: float = STEP) -> MultiPolygon:
    """A square whose lower left corner is (x, y)."""
    return MultiPolygon(Polygon.from_bbox((x, y, x + side, y + side)), srid=4326)


@dataclass
class District:
    """One district: region, street, community, two grids, centres and posts."""

    region: Region
    street: Region
    community: Region
    grids: list[Grid]
    centre: Unit
    street_centre: Unit
    department: Unit
    utility: Unit
    x: float
    posts: dict[str, Post] = field(default_factory=dict)

    def user(self, name: str) -> User:
        """The person on post `name`, read anew so that their seats are too."""
        return User.objects.get(pk=self.posts[name].user_id)

    def place(self, grid: int = 0) -> Place:
        """A point inside grid 0 or 1."""
        return Place(self.x + STEP * (0.25 + 0.5 * grid), 31.005)


@dataclass
class City:
    """The city: its tiers, its two districts, one class with a limit."""

    region: Region
    centre: Unit
    districts: list[District]
    case_class: CaseClass
    condition: FilingCondition
    posts: dict[str, Post]

    def user(self, name: str) -> User:
        """A person of the city's own centre."""
        return User.objects.get(pk=self.posts[name].user_id)


def make_city() -> City:
    """Everything a case needs; all posts since 30 days before NOW."""
    city = make_region("city")
    _bound(city, square(121.0, 31.0, 2 * STEP))
    top = make_unit("centre", region=city)
    edition = Edition.objects.create(code="T1", name="测试目录", source="test", valid_from=SINCE)
    kind = CaseClass.objects.create(
        edition=edition, kind="event", major_code="01", major_name="市容环境", minor_code="02",
        name="暴露垃圾", name_en="Exposed rubbish", code="E0102",
    )  # fmt: skip
    CaseClass.objects.create(
        edition=edition, kind="event", major_code="04", major_name="突发事件", minor_code="01",
        name="路面塌陷", name_en="Road collapse", code="E0401",
    )  # fmt: skip
    condition = FilingCondition.objects.create(
        case_class=kind, number=1, filing_text="成堆", closing_text="清理干净",
        limit_a=Decimal(4), limit_b=Decimal(4), limit_c=Decimal(8),
        unit_a="work_hour", unit_b="work_hour", unit_c="work_hour",
        urgent_limit=Decimal(2), urgent_unit="urgent_hour", valid_from=SINCE,
    )  # fmt: skip
    for stage, amount in (("reported", 15), ("filed", 15), ("dispatched", 60), ("checking", 120)):
        StageLimit.objects.create(
            stage=stage, urgency="normal", amount=Decimal(amount), unit="work_minute",
            valid_from=SINCE,
        )  # fmt: skip
    posts = {
        "operator": make_post(*OPERATOR, unit=top, region=city),
        "chief": make_post(*CHIEF, unit=top, region=city),
        "dispatcher": make_post(*DISPATCHER, unit=top, region=city),
        "leader": make_post(*LEADER, unit=top, region=city),
    }
    districts = [_district(city, top, 121.0 + i * STEP) for i in range(2)]
    return City(city, top, districts, kind, condition, posts)


def _district(city: Region, top: Unit, x: float) -> District:
    region = make_region("district", parent=city)
    street = make_region("street", parent=region)
    community = make_region("community", parent=street)
    for place in (region, street, community):
        _bound(place, square(x, 31.0))
    grids = [_grid(community, x, i) for i in range(2)]
    centre = make_unit("centre", parent=top, region=region)
    lower = make_unit("centre", parent=centre, region=street)
    department = make_unit("department", parent=centre, region=region)
    utility = make_unit("utility", parent=centre, region=region)
    made = District(region, street, community, grids, centre, lower, department, utility, x)
    for name, unit, place in (("", centre, region), ("street_", lower, street)):
        made.posts |= {
            f"{name}operator": make_post(*OPERATOR, unit=unit, region=place),
            f"{name}chief": make_post(*CHIEF, unit=unit, region=place),
            f"{name}dispatcher": make_post(*DISPATCHER, unit=unit, region=place),
            f"{name}leader": make_post(*LEADER, unit=unit, region=place),
        }
    made.posts["handler"] = make_post(*UNIT, unit=department)
    made.posts["other_handler"] = make_post(*UNIT, unit=utility)
    made.posts["worker"] = make_post(*WORKER, unit=lower, grids=[grids[0]])
    made.posts["other_worker"] = make_post(*WORKER, unit=lower, grids=[grids[1]])
    return made


def _bound(region: Region, outline: MultiPolygon) -> None:
    RegionVersion.objects.create(region=region, outline=outline, during=(SINCE, None))


def _grid(community: Region, x: float, number: int) -> Grid:
    outline = MultiPolygon(
        Polygon.from_bbox((x + STEP / 2 * number, 31.0, x + STEP / 2 * (number + 1), 31.0 + STEP)),
        srid=4326,
    )
    grid = Grid.objects.create(
        code=f"{community.code}Z{number + 1:03d}", name=f"第{number + 1}网格",
        community=community, layer="responsibility", valid_from=SINCE,
    )  # fmt: skip
    GridVersion.objects.create(grid=grid, outline=outline, during=(SINCE, None))
    cell = Cell.objects.create(
        code=f"{community.code}{number + 1:03d}", community=community, valid_from=SINCE
    )
    CellVersion.objects.create(
        cell=cell, grid=grid, grade="B", area_m2=10_000, outline=outline, during=(SINCE, None)
    )
    return grid


def photo(user: User | None = None, *, holder: str | None = None, now: datetime = NOW) -> str:
    """The id of an uploaded photo that waits to be attached."""
    picture = io.BytesIO()
    Image.new("RGB", (32, 24), (90, 120, 80)).save(picture, "JPEG")
    upload = files.store(
        content=ContentFile(picture.getvalue(), name="p.jpg"), name="p.jpg", owner=user,
        holder=holder, now=now,
    )  # fmt: skip
    return str(upload.pk)


def later(**span: Any) -> Any:
    """NOW plus a span."""
    return NOW + timedelta(**span)


assert set(OPERATOR + CHIEF + DISPATCHER + UNIT + WORKER + LEADER) <= set(GRANTS)
