"""A sheet as its page, its print and its file show it: one reading of the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import get_language, gettext, pgettext

from linli.appraisal.models import Adjustment, Input, SchemeLine, Sheet
from linli.appraisal.rules.points import Result, Scored, result_of
from linli.appraisal.rules.schemes import Band, Origin
from linli.evaluation.rules.counts import STEP
from linli.evaluation.rules.scoring import DASH, rounded

_COUNTS = {one.code: one.label for one in STEP}


@dataclass(frozen=True)
class Count:
    """A number of cases behind a figure."""

    code: str
    label: str
    count: int


@dataclass(frozen=True)
class Row:
    """A line with its points and how they came about."""

    line: SchemeLine
    input: Input | None
    counts_for: Decimal | None
    brings: Decimal | None
    how: str
    formula: str = ""
    numbers: str = ""
    counts: list[Count] = field(default_factory=list)

    @property
    def points(self) -> Decimal | None:
        return self.input.points if self.input else None

    @property
    def points_text(self) -> str:
        return DASH if self.points is None else str(self.points)


@dataclass(frozen=True)
class Part:
    """德, 能, 勤 or 绩: its lines, their weight and what they bring."""

    name: str
    rows: list[Row]
    weight: Decimal
    brings: Decimal | None


@dataclass(frozen=True)
class Paper:
    """Everything that is on a sheet."""

    sheet: Sheet
    rows: list[Row]
    parts: list[Part]
    adjustments: list[Adjustment]
    result: Result

    @property
    def missing(self) -> list[str]:
        """The lines without points; their weight is spread over the others."""
        return [row.line.label for row in self.rows if row.points is None]

    def mean_from(self, origin: Origin) -> Decimal | None:
        """What the lines of one origin come to by themselves, of 100: a column of the 考核表."""
        scored = [
            Scored(row.line.label, row.line.weight, row.points)
            for row in self.rows
            if row.line.origin == origin
        ]
        return result_of(scored, [], [Band(Decimal(0), Decimal(0))], Decimal(0)).total


def paper_of(sheet: Sheet) -> Paper:
    """The sheet as it stands; of a signed one the numbers that were signed. Four queries, or none
    where lines, inputs and adjustments were read already."""
    prefetch_related_objects([sheet], "scheme__lines", "inputs__entered_by", "adjustments")
    lines = list(sheet.scheme.lines.all())
    inputs = {one.line_id: one for one in sheet.inputs.all()}
    adjustments = list(sheet.adjustments.all())
    scored = [
        Scored(line.label, line.weight, inputs[line.pk].points if line.pk in inputs else None)
        for line in lines
    ]
    scheme = sheet.scheme
    extras = [one.points for one in adjustments]
    result = result_of(scored, extras, scheme.ladder, scheme.share)
    if sheet.is_frozen:
        result = signed_result(sheet.result)
    rows = [
        _row(line, inputs.get(line.pk), counts_for, brings)
        for line, counts_for, brings in zip(lines, result.counts, result.brings, strict=True)
    ]
    return Paper(sheet, rows, _parts(rows, result.known), adjustments, result)


def _parts(rows: list[Row], known: Decimal) -> list[Part]:
    """What each part brings, rounded once: the rounded lines need not come to it."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.line.part, []).append(row)
    parts = []
    for name, group in found.items():
        scored = [(row.line.weight, row.points) for row in group if row.points is not None]
        summed = sum(
            (Fraction(weight) * Fraction(points) for weight, points in scored), Fraction(0)
        )
        weight = sum((row.line.weight for row in group), Decimal(0))
        brings = rounded(summed / Fraction(known)) if scored else None
        parts.append(Part(name, group, weight, brings))
    return parts


def _row(
    line: SchemeLine, given: Input | None, counts_for: Decimal | None, brings: Decimal | None
) -> Row:
    detail: Mapping[str, Any] = given.detail if given else {}
    key = "zh" if (get_language() or "").startswith("zh") else "en"
    kept = detail.get("counts", {})  # JSON keeps no order; the table of counts has one
    counts = [Count(code, str(_COUNTS[code]), kept[code]) for code in _COUNTS if code in kept]
    return Row(
        line, given, counts_for, brings, _how(line, given),
        detail.get(f"formula_{key}", ""), detail.get(f"numbers_{key}", ""), counts,
    )  # fmt: skip


def _how(line: SchemeLine, given: Input | None) -> str:
    """How the points came about, in a sentence."""
    if given is None:
        return gettext("Not entered yet.")
    detail: dict[str, Any] = given.detail
    if "gone" in detail:
        return gettext("The formulas of the month have no “%(code)s”.") % {"code": detail["gone"]}
    match line.origin:
        case Origin.FIGURE:
            words = (
                gettext("From the closed month, formulas version %(version)s.")
                if detail.get("freeze")
                else gettext("From the running figures, formulas version %(version)s.")
            )
            return words % {"version": detail.get("version")}
        case Origin.SURVEY:
            return gettext("%(yes)s of %(asked)s people asked said yes.") % dict(detail)
        case Origin.RESIDENTS:
            words = gettext("%(people)s representatives gave %(sum)s points together.")
            return words % dict(detail)
        case _:
            who = str(given.entered_by) if given.entered_by else DASH
            return pgettext("appraisal", "Given by %(who)s.") % {"who": who}


def signable(result: Result) -> dict[str, Any]:
    """What is kept of a result when it is signed: decimals as text."""
    band = result.band
    return {
        "total": _text(result.total),
        "weighted": _text(result.weighted),
        "band": [str(band.edge), str(band.percent)] if band else None,
        "factor": _text(result.factor),
        "known": str(result.known),
        "counts": [_text(one) for one in result.counts],
        "brings": [_text(one) for one in result.brings],
        "formula": result.formula,
    }


def signed_result(kept: Mapping[str, Any]) -> Result:
    """The result as it was signed."""
    band = Band(*(Decimal(one) for one in kept["band"])) if kept["band"] else None
    return Result(
        _number(kept["total"]), _number(kept["weighted"]), band, _number(kept["factor"]),
        Decimal(kept["known"]),
        tuple(_number(one) for one in kept["counts"]),
        tuple(_number(one) for one in kept["brings"]),
        kept["formula"],
    )  # fmt: skip


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
