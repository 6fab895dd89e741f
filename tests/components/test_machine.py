"""Whatever happens to components, in any order: counts are those of the rows, codes are given once,
and the history explains the version."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest
import shapely
from django.contrib.gis.geos import Point
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.components import services
from linli.components.models import Component, ComponentEvent, SourceKey, Tally
from linli.components.rules.quads import BITS, quad_of
from linli.components.rules.states import Condition, State
from linli.components.rules.tallies import LEVELS
from linli.staff.models import User
from linli.territory.models import GridVersion, RegionVersion
from tests.components.inventories import INSIDE, RIGHT, bring_in, code, row, write_csv
from tests.conftest import NOW
from tests.factories import make_post
from tests.territory.factories import Town, geos

KINDS = ("0101", "0104")
STEPS = (
    "import", "import", "census", "keyed", "inspect", "fault", "mended", "move", "border", "fold",
)  # fmt: skip


class Life:
    """A register to which things happen by chance."""

    def __init__(self, town: Town, inspector: User, seed: int) -> None:
        self.town, self.inspector, self.chance = town, inspector, random.Random(seed)

    def take(self, step: str) -> None:
        """One thing that happens; nothing where there is no component yet."""
        match step:
            case "import" | "census":
                self._import(census=step == "census")
            case "keyed":
                self._keyed()
            case "fold":
                services.fold_tallies()
            case "border":
                self._border()
            case _:
                one = self._any()
                if one is not None:
                    self._change(one, step)

    def _any(self) -> Component | None:
        codes = list(Component.objects.order_by("code").values_list("code", flat=True))
        return Component.objects.get(pk=self.chance.choice(codes)) if codes else None

    def _place(self) -> tuple[float, float]:
        west, south = self.chance.choice((INSIDE, RIGHT))
        return west + self.chance.random() * 0.002, south + self.chance.random() * 0.002

    def _import(self, *, census: bool) -> None:
        chosen = self.chance.sample(range(1, 12), self.chance.randint(1, 8))
        rows = [
            row(n, place=self._place(), 部件标识码=code(n, self.chance.choice(KINDS)),
                状态=self.chance.choice(("完好", "破损", "已拆除", "")),
                权属单位=self.chance.choice(("甲", "乙", "")))
            for n in chosen
        ]  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            bring_in(write_csv(Path(folder) / f"{self.chance.random()}.csv", rows), census=census)

    def _keyed(self) -> None:
        keys = self.chance.sample("abcdefgh", 3)
        rows = [[key, *map(str, self._place())] for key in keys]
        with tempfile.TemporaryDirectory() as folder:
            path = write_csv(Path(folder) / f"{self.chance.random()}.csv", rows, ("id", "x", "y"))
            bring_in(path, source="keyed", class_code=f"C{self.chance.choice(KINDS)}")

    def _border(self) -> None:
        """The left community takes a strip of the right one, or gives it back."""
        east = 111.293 + self.chance.random() * 0.016
        strip = shapely.box(111.28, 30.69, east, 30.72)
        left = self.town.left_outline.union(self.town.right_outline.intersection(strip))
        right = self.town.right_outline.difference(strip)
        for region, outline in ((self.town.left, left), (self.town.right, right)):
            RegionVersion.objects.filter(region=region).update(outline=geos(outline))
        GridVersion.objects.filter(grid=self.town.right_grid).update(outline=geos(right))
        services.locate_anew()

    def _change(self, one: Component, step: str) -> None:
        if step == "inspect":
            services.inspect(
                code=one.code, actor=self.inspector, now=NOW, seen=one.version,
                state=self.chance.choice(State.values),
                condition=self.chance.choice(Condition.values),
            )  # fmt: skip
        elif step == "fault":
            services.fault_reported(code=one.code, case_id=7, state=State.LOST, actor=None, now=NOW)
        elif step == "mended":
            services.fault_gone(code=one.code, case_id=7, actor=None, now=NOW)
        else:
            x, y = self._place()
            Component.objects.filter(pk=one.pk).update(
                place=Point(x, y, srid=4326), quad=quad_of(x, y)
            )

    def proven(self) -> None:
        """What always holds."""
        rows = list(Component.objects.all())
        for level in LEVELS:
            shift = 2 * (BITS - level)
            real = Counter(
                (one.quad >> shift, one.community_id, one.care_id,
                 one.code // 1_000_000 % 10_000, one.state)
                for one in rows
            )  # fmt: skip
            ledger: Counter[tuple[int, ...]] = Counter()
            for line in Tally.objects.filter(level=level):
                key = (line.tile, line.community_id, line.care_id, line.kind, line.state)
                ledger[key] += line.count
            assert {key: n for key, n in ledger.items() if n} == dict(real), level
        given = list(SourceKey.objects.values_list("code", flat=True))
        assert len(given) == len(set(given)), "no code is given twice"
        for one in rows:
            events = ComponentEvent.objects.filter(component_code=one.code).order_by("number")
            numbers = list(events.values_list("number", flat=True))
            assert numbers == list(range(2, one.version + 1)), one.code


@pytest.fixture
def inspector(town: Town) -> User:
    post = make_post("components.see", "components.inspect", region=town.city)
    return User.objects.get(pk=post.user_id)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=9), seed=st.integers(0, 999))
def test_counts_codes_and_history_hold_whatever_happens(
    town: Town, inspector: User, steps: list[str], seed: int
) -> None:
    with transaction.atomic():
        life = Life(town, inspector, seed)
        life.take("import")
        for step in steps:
            life.take(step)
        life.proven()
        transaction.set_rollback(True)
