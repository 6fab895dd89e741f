"""Cases of the demo city: kinds, hours, places and durations of real requests, our own words.

Every case goes through the real services with the time of its moves passed in (design §8).
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from time import monotonic
from typing import Any

import shapely
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from linli.cases import policy, services
from linli.cases.models import Case
from linli.cases.rules.inputs import Contact, Place
from linli.catalogue import queries as catalogue
from linli.demo.services import inventory
from linli.demo.services.inventory import Thing, Things
from linli.demo.services.rhythm import WORDS, Fact, rhythm
from linli.files import services as files
from linli.kernel import versions
from linli.kernel.errors import Refused
from linli.kernel.transactions import whole
from linli.staff.models import Post, User
from linli.territory.models import Grid, GridVersion, RegionVersion, Road

DAYS = 90
_MOST_REFUSED = 50
BUND = "310101013"  # 外滩街道


#: One of the seven steps: makes the move, returns the case, or None where its life stops.
Step = Callable[[Case, datetime], Case | None]


@dataclass
class Town:
    """What the replay needs at hand, read once."""

    users: dict[int, User]
    posts_by_unit: dict[int, list[Post]]
    workers: dict[int, User]
    grids: list[Grid]
    outlines: list[shapely.Geometry]
    water: shapely.Geometry
    roads: list[str]
    pictures: list[bytes]
    pick: random.Random
    ours: dict[str, User]
    things: Things
    leads: dict[tuple[int, int | None], int | None] = field(default_factory=dict)

    def user(self, post: Post) -> User:
        """The person on a post, with seats read once for the whole replay."""
        return self.users[post.user_id]


def town(*, seed: int) -> Town:
    """Read the city."""
    posts = list(Post.objects.select_related("unit"))
    users = {u.pk: u for u in User.objects.all()}
    by_unit: dict[int, list[Post]] = {}
    for post in posts:
        by_unit.setdefault(post.unit_id, []).append(post)
    duties = Post.objects.filter(duties__valid_to__isnull=True).values_list(
        "duties__grid_id", "user_id"
    )
    workers = {grid: users[user] for grid, user in duties if grid is not None}
    versions = list(GridVersion.objects.select_related("grid__community").order_by("grid__code"))
    return Town(
        users=users,
        posts_by_unit=by_unit,
        workers=workers,
        grids=[v.grid for v in versions],
        outlines=[shapely.from_wkb(bytes(v.outline.wkb)) for v in versions],
        water=inventory.water(),
        roads=_roads_of_the_bund(),
        pictures=[_picture(n) for n in range(12)],
        pick=random.Random(seed),  # noqa: S311  made-up cases
        ours={u.username: u for u in users.values()},
        things=inventory.things_by_grid(sorted({fact.code for fact in rhythm()})),
    )


def _roads_of_the_bund() -> list[str]:
    """Names of the streets that cross the street office whose streets are real."""
    outline = RegionVersion.objects.get(region__code=BUND + "000").outline
    assert outline is not None
    crossing = Road.objects.exclude(name="").filter(route__intersects=outline)
    return sorted(set(crossing.values_list("name", flat=True)))


def replay(*, count: int, now: datetime, seed: int = 1, seconds: float = math.inf) -> int:
    """Let `count` cases happen within the 90 days before `now`, or as many as `seconds` allow.

    Returns how many came. Each case is one transaction, and one whole: a life in which somebody is
    refused has not happened. About one in seventeen is still under way at `now`.
    """
    until = monotonic() + seconds
    here = town(seed=seed)
    facts = rhythm()
    came = refused = 0
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")  # a demo can be made again
    try:
        while came < count and monotonic() < until:
            fact = here.pick.choice(facts)
            try:
                with versions.one_request():
                    versions.learn_all()
                    with whole():
                        at = _moment(here, fact, now)
                        _live(here, report_one(here, fact, at), fact, at, now)
            except Refused:
                refused += 1
                if refused > came + _MOST_REFUSED:  # not a life, but the city, is wrong
                    raise
            else:
                came += 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = on")
    return came


def _moment(here: Town, fact: Fact, now: datetime) -> datetime:
    """A day of the last 90, rather a late one (so that queues are lively), at the fact's hour."""
    back = int(DAYS * here.pick.random() ** 1.4)
    day = timezone.localdate(now) - timedelta(days=back)
    at = datetime.combine(day, time(fact.minute // 60, fact.minute % 60))
    moment = timezone.make_aware(at) + timedelta(seconds=here.pick.randrange(60))
    return min(moment, now - timedelta(minutes=here.pick.randrange(1, 90)))


def _place(here: Town, fact: Fact) -> tuple[Grid, Place]:
    """A point in the grid that the fact's relative place leads to; the Bund gets every third."""
    n = len(here.grids)
    index = int((fact.x * 0.6 + fact.y * 0.4 + here.pick.random() * 0.35) * n) % n
    if here.pick.random() < 0.33:
        index = here.pick.choice([i for i, g in enumerate(here.grids) if g.code.startswith(BUND)])
    shape = here.outlines[index]
    west, south, east, north = shape.bounds
    for _try in range(50):
        x = west + (east - west) * here.pick.random()
        y = south + (north - south) * here.pick.random()
        point = shapely.Point(x, y)
        if shape.contains(point) and not here.water.contains(point):
            return here.grids[index], Place(round(x, 6), round(y, 6))
    middle = shape.representative_point()
    return here.grids[index], Place(middle.x, middle.y)


def report_one(here: Town, fact: Fact, at: datetime) -> Case:
    """One report at that moment, from a resident or the grid's worker."""
    grid, place = _place(here, fact)
    pick = here.pick
    channel = pick.choices(
        ["portal", "hotline", "worker", "wechat", "counter"], [38, 27, 25, 6, 4]
    )[0]
    worker = here.workers.get(grid.pk)
    actor = worker if channel == "worker" else None
    thing = _thing(here, fact, grid)
    address = thing.address if thing else _address(here, grid)
    said = WORDS.get(fact.code) or WORDS.get(fact.code[:3]) or WORDS["E01"]
    words = pick.choice(said).format(place=address)
    contact = None
    if actor is None and pick.random() < 0.6:
        contact = Contact(
            name=f"居民{pick.randrange(100, 999)}", phone=f"139{pick.randrange(10**8):08d}"
        )
    filed = services.report(
        description=words,
        place=None if thing else place,
        address=address,
        case_class=fact.code if actor is not None or pick.random() < 0.5 else None,
        channel=channel,
        actor=actor,
        contact=contact,
        uploads=[_upload(here, actor, at)] if pick.random() < 0.5 and actor is not None else (),
        now=at,
        component=thing.code if thing else "",
    )
    return filed.case


def _address(here: Town, grid: Grid) -> str:
    if grid.code.startswith(BUND):
        return f"{here.pick.choice(here.roads)}{here.pick.randrange(1, 300)}号"
    return f"{grid.name}{here.pick.randrange(1, 60)}弄"


def _thing(here: Town, fact: Fact, grid: Grid) -> Thing | None:
    """The component that is meant, if the fact is about one and the grid has any: some are in
    trouble again and again."""
    own = here.things.get((grid.pk, fact.code))
    return own[int(len(own) * here.pick.random() ** 4)] if own else None


def move_on(here: Town, case: Case, fact: Fact, now: datetime) -> bool:
    """The next of the seven steps of an open case; whether there was one to make."""
    step = _next(_steps(here, fact), case)
    if step is None:
        return False
    try:
        with transaction.atomic():
            step(case, now)
    except Refused:
        return False
    return True


def _live(here: Town, case: Case, fact: Fact, at: datetime, now: datetime) -> None:
    """Walk the case on until its time is `now` or it ends. What a unit sends back is dispatched
    again, and what a check finds wanting is done again."""
    pick = here.pick
    minutes = fact.minutes or pick.randrange(300, 9000)
    span = timedelta(minutes=min(minutes, 60 * 24 * 20)) * _PACE
    steps = _steps(here, fact)
    clock = at
    while (step := _next(steps, case)) is not None:
        wait = (3, 40) if case.check_passed is not None else _MINUTES[case.stage]
        clock += timedelta(minutes=pick.randrange(*wait))
        if case.stage == "handling":
            clock += span
        if clock >= now:
            return
        try:
            moved = step(case, clock)
        except Nobody:  # asked before anything is done: the case waits where it is
            return
        if moved is None:
            return
        case = moved


#: The cities of the facts know no limits such as the catalogue's: in their own time two of three
#: cases would be late.
_PACE = 0.15
#: Stages that somebody moves on, each with the minutes until they do: at the desk few, and in
#: handling the time of the fact besides.
_MINUTES = {
    "reported": (2, 25), "filed": (2, 20), "dispatched": (5, 70), "handling": (5, 60),
    "handled": (5, 60), "checking": (20, 300),
}  # fmt: skip


def _next(steps: list[Step], case: Case) -> Step | None:
    """What comes next for the case."""
    if case.stage not in _MINUTES:
        return None
    checked = case.stage == "checking" and case.check_passed is not None
    return steps[-1 if checked else list(_MINUTES).index(case.stage)]


class Nobody(Refused):
    """No post of the demo can make the next move."""


def _steps(here: Town, fact: Fact) -> list[Step]:
    pick = here.pick

    def by(case: Case, move: str, unit_id: int | None) -> User:
        for post in here.posts_by_unit.get(unit_id or 0, []):
            user = here.user(post)
            if policy.seat_for(user, move, case) is not None:
                return user
        raise Nobody(f"Nobody of the demo can {move}.")

    def do(case: Case, move: str, now: datetime, **inputs: Any) -> Case:
        axis_unit = (
            case.lead_unit_id if move in ("accept", "report_back", "decline") else case.centre_id
        )
        user = by(case, move, axis_unit)
        if inputs.pop("photo", False):
            inputs["files"] = [_upload(here, user, now)]
        return services.perform(move, case_id=case.pk, actor=user, now=now, **inputs)

    def file_it(case: Case, now: datetime) -> Case | None:
        if pick.random() < 0.04:
            do(case, "dismiss", now, opinion="经核实，不属于受理范围，已向诉求人说明")
            return None
        return do(case, "file", now, case_class=fact.code)

    def dispatch(case: Case, now: datetime) -> Case | None:
        unit = _unit_for(here, case)
        return None if unit is None else do(case, "dispatch", now, unit=unit)

    def accept(case: Case, now: datetime) -> Case | None:
        if not case.decline_count and pick.random() < 0.03:
            return do(case, "decline", now, opinion="该处不在本单位养护范围内，请核实权属")
        return do(case, "accept", now)

    def report_back(case: Case, now: datetime) -> Case | None:
        words = pick.choice(["已处理完毕", "已清理干净", "已修复，请核查"])
        return do(case, "report_back", now, opinion=words, photo=True)

    def request_check(case: Case, now: datetime) -> Case | None:
        return do(case, "request_check", now)

    def check(case: Case, now: datetime) -> Case | None:
        user = here.workers.get(case.grid_id or 0)
        if user is None or case.place is None:
            return None
        passed = case.rework_count > 0 or pick.random() > 0.05
        return services.check(
            case_id=case.pk,
            actor=user,
            now=now,
            passed=passed,
            place=Place(case.place.x, case.place.y),
            uploads=[_upload(here, user, now)],
            opinion="现场核查合格" if passed else "现场仍有问题",
        )

    def close(case: Case, now: datetime) -> Case | None:
        if not case.check_passed:
            return do(case, "rework", now, opinion="核查不合格，请继续处理")
        do(case, "close", now)
        if pick.random() < 0.6:
            rating = pick.choices([3, 2, 1], [70, 22, 8])[0]
            later = now + timedelta(minutes=1)
            services.evaluate(case_id=case.pk, actor=None, now=later, rating=rating)
        return None

    return [file_it, dispatch, accept, report_back, request_check, check, close]


def _unit_for(here: Town, case: Case) -> int | None:
    """The lead unit, asked once for each class and community."""
    if case.case_class_id is None:
        return None
    key = (case.case_class_id, case.community_id)
    if key not in here.leads:
        regions = (case.community_id, case.street_id, case.district_id)
        kind = catalogue.current().class_by_id(case.case_class_id)
        found = catalogue.suggest_units(
            kind,
            [region for region in regions if region is not None],
            on=timezone.localdate(case.reported_at),
        )
        here.leads[key] = next((s.unit_id for s in found if s.role == "lead"), None)
    return here.leads[key]


def _picture(number: int) -> bytes:
    """A small drawn picture: nobody's photo."""
    pick = random.Random(number)  # noqa: S311
    image = Image.new("RGB", (320, 240), (196, 206, 212))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 150, 320, 240), fill=(140, 140, 138))
    for i in range(6):
        left, high = i * 55, pick.randrange(30, 120)
        draw.rectangle((left, 150 - high, left + 48, 150), fill=(170, 160 - i * 6, 140))
    for _i in range(pick.randrange(0, 9)):
        x, y = pick.randrange(320), pick.randrange(165, 230)
        draw.ellipse((x, y, x + 18, y + 10), fill=(90, 70, 50))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()


def _upload(here: Town, user: User | None, now: datetime) -> str:
    content = ContentFile(here.pick.choice(here.pictures), name="photo.jpg")
    upload = files.store(content=content, name="photo.jpg", owner=user, holder=None, now=now)
    return str(upload.pk)
