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
from tests.factories import Wanted, make_posts, make_region, make_unit

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
    """Everything a case needs; all posts since 30 days before NOW. Thousands of tests begin with
    it: rows of one kind go in together."""
    city = make_region("city")
    top = make_unit("centre", region=city)
    edition = Edition.objects.create(code="T1", name="测试目录", source="test", valid_from=SINCE)
    kind, _collapse = CaseClass.objects.bulk_create([
        CaseClass(
            edition=edition, kind="event", major_code="01", major_name="市容环境", minor_code="02",
            name="暴露垃圾", name_en="Exposed rubbish", code="E0102",
        ),
        CaseClass(
            edition=edition, kind="event", major_code="04", major_name="突发事件", minor_code="01",
            name="路面塌陷", name_en="Road collapse", code="E0401",
        ),
    ])  # fmt: skip
    condition = FilingCondition.objects.create(
        case_class=kind, number=1, filing_text="成堆", closing_text="清理干净",
        limit_a=Decimal(4), limit_b=Decimal(4), limit_c=Decimal(8),
        unit_a="work_hour", unit_b="work_hour", unit_c="work_hour",
        urgent_limit=Decimal(2), urgent_unit="urgent_hour", valid_from=SINCE,
    )  # fmt: skip
    limits = (("reported", 15), ("filed", 15), ("dispatched", 60), ("checking", 120))
    StageLimit.objects.bulk_create(
        StageLimit(
            stage=stage, urgency="normal", amount=Decimal(amount), unit="work_minute",
            valid_from=SINCE,
        )
        for stage, amount in limits
    )  # fmt: skip
    posts = make_posts(_centre_of(top, city))
    districts = [_district(city, top, 121.0 + i * STEP) for i in range(2)]
    _lay(city, districts)
    return City(city, top, districts, kind, condition, posts)


def _centre_of(unit: Unit, region: Region, prefix: str = "") -> dict[str, Wanted]:
    """The four posts of a centre."""
    sets = {"operator": OPERATOR, "chief": CHIEF, "dispatcher": DISPATCHER, "leader": LEADER}
    return {f"{prefix}{name}": Wanted(grants, unit, region) for name, grants in sets.items()}


def _district(city: Region, top: Unit, x: float) -> District:
    region = make_region("district", parent=city)
    street = make_region("street", parent=region)
    community = make_region("community", parent=street)
    grids = Grid.objects.bulk_create(
        Grid(
            code=f"{community.code}Z{number:03d}", name=f"第{number}网格", community=community,
            layer="responsibility", valid_from=SINCE,
        )
        for number in (1, 2)
    )  # fmt: skip
    centre = make_unit("centre", parent=top, region=region)
    lower = make_unit("centre", parent=centre, region=street)
    department = make_unit("department", parent=centre, region=region)
    utility = make_unit("utility", parent=centre, region=region)
    posts = make_posts({
        **_centre_of(centre, region),
        **_centre_of(lower, street, "street_"),
        "handler": Wanted(UNIT, department),
        "other_handler": Wanted(UNIT, utility),
        "worker": Wanted(WORKER, lower, grids=(grids[0],)),
        "other_worker": Wanted(WORKER, lower, grids=(grids[1],)),
    })  # fmt: skip
    return District(region, street, community, grids, centre, lower, department, utility, x, posts)


def _lay(city: Region, districts: list[District]) -> None:
    """The outlines: a square a district, which its street and its community fill, halved into
    grids of one cell each."""
    laid = [(city, square(121.0, 31.0, 2 * STEP))]
    halves = []
    for one in districts:
        laid += [(place, square(one.x, 31.0)) for place in (one.region, one.street, one.community)]
        for number, grid in enumerate(one.grids):
            left = one.x + STEP / 2 * number
            box = Polygon.from_bbox((left, 31.0, left + STEP / 2, 31.0 + STEP))
            halves.append((grid, MultiPolygon(box, srid=4326)))
    during = (SINCE, None)
    RegionVersion.objects.bulk_create(
        RegionVersion(region=region, outline=outline, during=during) for region, outline in laid
    )
    GridVersion.objects.bulk_create(
        GridVersion(grid=grid, outline=outline, during=during) for grid, outline in halves
    )
    cells = Cell.objects.bulk_create(
        Cell(
            code=f"{grid.community.code}{grid.code[-3:]}", community=grid.community,
            valid_from=SINCE,
        )
        for grid, _outline in halves
    )  # fmt: skip
    CellVersion.objects.bulk_create(
        CellVersion(cell=cell, grid=grid, grade="B", area_m2=10_000, outline=outline, during=during)
        for cell, (grid, outline) in zip(cells, halves, strict=True)
    )


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
