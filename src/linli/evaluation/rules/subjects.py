"""Who or what is evaluated, by which facts, and by which ways the figures are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from linli.evaluation.rules.counts import Source


class Subject(TextChoices):
    """Whom a formula is about (standards §3.5)."""

    REGION_1 = "region_1", pgettext_lazy("subject", "Region, first-class area")
    REGION_2 = "region_2", pgettext_lazy("subject", "Region, other areas")
    CASES = "cases", pgettext_lazy("subject", "Class or channel")
    UNIT = "unit", pgettext_lazy("subject", "Unit")
    COLLECTOR = "collector", pgettext_lazy("subject", "Grid worker")
    OPERATOR = "operator", pgettext_lazy("subject", "Operator")
    CHIEF = "chief", pgettext_lazy("subject", "Duty chief")
    DISPATCHER = "dispatcher", pgettext_lazy("subject", "Dispatcher")

    @property
    def source(self) -> Source:
        if self in (Subject.REGION_1, Subject.REGION_2, Subject.CASES):
            return Source.CASE
        return Source.TASK if self == Subject.UNIT else Source.STEP


@dataclass(frozen=True)
class Dimension:
    """One way to tell the figures apart: rows by `column`, judged as `subject`."""

    code: str
    label: str | Promise
    column: str
    subject: Subject
    of_people: bool = False

    @property
    def source(self) -> Source:
        return self.subject.source

    @property
    def frozen_column(self) -> str:
        """The same column of a closed period, where units and posts are `holder_id`."""
        return self.column if self.source == Source.CASE else "holder_id"


DIMENSIONS: Mapping[str, Dimension] = {
    one.code: one
    for one in (
        Dimension(
            "district", pgettext_lazy("dimension", "Districts"), "district_id", Subject.REGION_2
        ),
        Dimension("street", pgettext_lazy("dimension", "Streets"), "street_id", Subject.REGION_2),
        Dimension(
            "community", pgettext_lazy("dimension", "Communities"), "community_id", Subject.REGION_2
        ),
        Dimension("grid", pgettext_lazy("dimension", "Grids"), "grid_id", Subject.REGION_2),
        Dimension("unit", pgettext_lazy("dimension", "Units"), "unit_id", Subject.UNIT),
        Dimension("class", pgettext_lazy("dimension", "Classes"), "class_id", Subject.CASES),
        Dimension("channel", pgettext_lazy("dimension", "Channels"), "channel", Subject.CASES),
        Dimension(
            "collector",
            pgettext_lazy("dimension", "Grid workers"),
            "post_id",
            Subject.COLLECTOR,
            True,
        ),
        Dimension(
            "operator", pgettext_lazy("dimension", "Operators"), "post_id", Subject.OPERATOR, True
        ),
        Dimension(
            "chief", pgettext_lazy("dimension", "Duty chiefs"), "post_id", Subject.CHIEF, True
        ),
        Dimension(
            "dispatcher",
            pgettext_lazy("dimension", "Dispatchers"),
            "post_id",
            Subject.DISPATCHER,
            True,
        ),
    )
}
REGIONS = ("district", "street", "community", "grid")
FIRST_CLASS = "A"  # the grade of a first-class area (A类 核心区)


class Shows(StrEnum):
    """How the value of an indicator is shown."""

    RATE = "rate"  # a share, in per cent
    SCORE = "score"  # points of 100
    TOTAL = "total"  # the points that make the grade


@dataclass(frozen=True)
class Grade:
    """From `edge` points on; the letter says it too, a colour never alone."""

    letter: str
    edge: int
    colour: str


#: Standards §3.5: A ≥ 90 green, B ≥ 75 blue, C ≥ 60 yellow, D ≥ 40 red, E below, black.
COLOURS = {"A": "green", "B": "blue", "C": "yellow", "D": "red", "E": "black"}
EDGES = {"A": 90, "B": 75, "C": 60, "D": 40}
