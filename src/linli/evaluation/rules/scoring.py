"""From counts to rates, scores and grades, by the formulas of one version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.utils.translation import gettext as _

from linli.evaluation.rules.counts import COUNTS
from linli.evaluation.rules.formula import (
    BadFormula,
    Tree,
    Value,
    missing_in,
    names_of,
    parse,
    said,
    value_of,
)
from linli.evaluation.rules.subjects import COLOURS, Shows, Subject

DASH = "—"
INFERRED = " (inferred)"  # ends the source of a formula that fills what its source leaves open


@dataclass(frozen=True)
class Formula:
    """An indicator as the version has it: what it shows of a subject, and how it is counted."""

    subject: Subject
    code: str
    label: str
    shows: Shows
    text: str
    source: str = ""

    @cached_property
    def tree(self) -> Tree:
        return parse(self.text)

    @property
    def source_words(self) -> str:
        """The source; what fills a gap of it says so in the reader's language."""
        if not self.source.endswith(INFERRED):
            return self.source
        return _("%(source)s (inferred)") % {"source": self.source.removesuffix(INFERRED)}


@dataclass(frozen=True)
class Book:
    """The formulas of one version for one subject, with the grades."""

    formulas: tuple[Formula, ...]
    edges: Mapping[str, int]

    def words(self, formula: Formula) -> str:
        """The formula as people read it."""
        return said(formula.tree, self.labels)

    @cached_property
    def labels(self) -> dict[str, str]:
        if not self.formulas:
            return {}
        counts = COUNTS[self.formulas[0].subject.source]
        found = {one.code: str(one.label) for one in counts}
        return found | {one.code: one.label for one in self.formulas}

    @cached_property
    def by_code(self) -> dict[str, Formula]:
        return {one.code: one for one in self.formulas}

    @cached_property
    def counts_used(self) -> list[str]:
        """The base counts that the formulas read, in the order of the table of counts."""
        used = {name.code for one in self.formulas for name in names_of(one.tree)}
        if not self.formulas:
            return []
        return [one.code for one in COUNTS[self.formulas[0].subject.source] if one.code in used]

    def values(self, counts: Mapping[str, int]) -> dict[str, Value]:
        """Every indicator of a row of counts. Where there is nothing to count: None."""
        known: dict[str, Value] = {}

        def name(code: str) -> Value:
            if code in counts:
                return Fraction(counts[code])
            if code not in known:
                known[code] = value_of(self.by_code[code].tree, name)
            return known[code]

        for one in self.formulas:
            name(one.code)
        return known

    def left_out(self, code: str, counts: Mapping[str, int]) -> list[str]:
        """The words of the parts of a weighted sum that had nothing to count."""
        values = self.values(counts)

        def name(wanted: str) -> Value:
            return Fraction(counts[wanted]) if wanted in counts else values[wanted]

        tree = self.by_code[code].tree
        return [said(part, self.labels) for part in missing_in(tree, name)]

    def grade(self, points: Value) -> str:
        """The letter for some points; empty without points. Edges belong to the better grade."""
        if points is None:
            return ""
        ranked = sorted(self.edges.items(), key=lambda pair: -pair[1])
        return next((letter for letter, edge in ranked if points >= edge), "E")


def colour_of(letter: str) -> str:
    return COLOURS.get(letter, "")


def shown(value: Value, shows: Shows) -> str:
    """`93.72 %`, `88.50`, or a dash; two digits, half up."""
    if value is None:
        return DASH
    if shows == Shows.RATE:
        return f"{rounded(value * 100)} %"
    return str(rounded(value))


def rounded(value: Fraction, digits: int = 2) -> Decimal:
    """Half up, exactly: the fraction is rounded, not a float of it."""
    scale = 10**digits
    whole: int = (value * scale * 2 + 1) // 2  # floor(x + 1/2)
    return Decimal(whole).scaleb(-digits)


def check(formulas: Sequence[Formula]) -> None:
    """Whether a subject's formulas can serve together. Raises BadFormula: a name nobody knows, a
    circle, two of one code, a code that is a count's."""
    if not formulas:
        return
    counts = {one.code for one in COUNTS[formulas[0].subject.source]}
    trees: dict[str, Tree] = {}
    for one in formulas:
        if one.code in counts or one.code in trees:
            raise BadFormula(
                _("%(label)s: the code “%(code)s” is taken; choose another one.")
                % {"label": one.label, "code": one.code},
                0,
            )
        trees[one.code] = parse(one.text)
    for one in formulas:
        for name in names_of(trees[one.code]):
            if name.code not in counts and name.code not in trees:
                raise BadFormula(
                    _("%(label)s, letter %(place)d: there is no count or indicator “%(name)s”.")
                    % {"label": one.label, "place": name.place, "name": name.code},
                    name.place,
                )
    for one in formulas:
        _refuse_circle(one, trees)


def _refuse_circle(start: Formula, trees: Mapping[str, Tree]) -> None:
    seen, waiting = set[str](), [start.code]
    while waiting:
        for name in names_of(trees[waiting.pop()]):
            if name.code == start.code:
                raise BadFormula(
                    _("%(label)s, letter %(place)d: it would be counted from itself.")
                    % {"label": start.label, "place": name.place},
                    name.place,
                )
            if name.code in trees and name.code not in seen:
                seen.add(name.code)
                waiting.append(name.code)
