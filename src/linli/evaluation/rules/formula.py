"""The language of formulas: names, numbers, + − × ÷, min, max, bands and weighted sums.

Parsed to a tree and counted in fractions, never run as code: a band's edge is met exactly, and a
share is rounded only where it is shown. `None` is “nothing to count”: whatever divides by nothing
is None, and so is what is made of it; only `weighted` leaves such a part out.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from linli.kernel.errors import BadInput

Value = Fraction | None
Names = Callable[[str], Value]
MOST_LETTERS = 1_000
MOST_DEPTH = 20
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?%?)|(?P<name>[a-z][a-z0-9_]*)"
    r"|(?P<mark><=|>=|[-+*/×÷−(),;:<>≤≥]))"
)
_SAME = {"×": "*", "÷": "/", "−": "-", "≤": "<=", "≥": ">="}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}
Compare = str  # one of _SHOWN


class BadFormula(BadInput):
    """A formula that cannot be read; the sentence names the place (the letter, from 1)."""

    code = "bad_formula"

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message, field="formula")
        self.place = place


@dataclass(frozen=True)
class Number:
    value: Fraction
    text: str


@dataclass(frozen=True)
class Name:
    code: str
    place: int


@dataclass(frozen=True)
class Binary:
    sign: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Negative:
    of: Tree


@dataclass(frozen=True)
class Choice:
    """`min` or `max` of several."""

    which: str
    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Bands:
    """The points of the first band that `of` fits; `rest` for none of them."""

    of: Tree
    steps: tuple[tuple[Compare, Number, Number], ...]
    rest: Number


@dataclass(frozen=True)
class Weighted:
    """The mean of the parts that have a value, by weight; None if less than half of the weight
    has one."""

    parts: tuple[tuple[Number, Tree], ...]


Tree = Number | Name | Binary | Negative | Choice | Bands | Weighted


def parse(text: str) -> Tree:
    """The tree of a formula. Raises BadFormula naming the place."""
    if len(text) > MOST_LETTERS:
        raise BadFormula(
            _("formula: at most %(most)d letters.") % {"most": MOST_LETTERS}, MOST_LETTERS
        )
    return _Parser(text).whole()


def names_of(tree: Tree) -> list[Name]:
    """Every name in the order of the text."""
    match tree:
        case Name():
            return [tree]
        case Binary():
            return [*names_of(tree.left), *names_of(tree.right)]
        case Negative(of) | Bands(of, _, _):
            return names_of(of)
        case Choice(_, parts):
            return [name for part in parts for name in names_of(part)]
        case Weighted(parts=weighted):
            return [name for _weight, part in weighted for name in names_of(part)]
        case Number():
            return []


def value_of(tree: Tree, name: Names) -> Value:
    """What a formula comes to; `name` answers for names. None where there is nothing to count."""
    match tree:
        case Number(value):
            return value
        case Name(code):
            return name(code)
        case Negative(of):
            inner = value_of(of, name)
            return None if inner is None else -inner
        case Binary(sign, left, right):
            return _combined(sign, value_of(left, name), value_of(right, name))
        case Choice(which, parts):
            values = [value_of(part, name) for part in parts]
            known = [value for value in values if value is not None]
            if len(known) < len(values):
                return None
            return min(known) if which == "min" else max(known)
        case Bands(of, steps, rest):
            return _banded(value_of(of, name), steps, rest)
        case Weighted(parts=weighted):
            return _weighed([(weight.value, value_of(part, name)) for weight, part in weighted])


def _combined(sign: str, left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    if sign == "/":
        return left / right if right else None
    if sign == "*":
        return left * right
    return left + right if sign == "+" else left - right


def _banded(value: Value, steps: tuple[tuple[Compare, Number, Number], ...], rest: Number) -> Value:
    if value is None:
        return None
    for compare, edge, points in steps:
        if _fits(value, compare, edge.value):
            return points.value
    return rest.value


def _fits(value: Fraction, compare: Compare, edge: Fraction) -> bool:
    return _COMPARE[compare](value, edge)


def _weighed(parts: list[tuple[Fraction, Value]]) -> Value:
    known = [(weight, value) for weight, value in parts if value is not None]
    weight = sum((w for w, _value in known), Fraction(0))
    if not known or not weight or weight * 2 < sum(w for w, _value in parts):
        return None
    return sum((w * v for w, v in known), Fraction(0)) / weight


def missing_in(tree: Tree, name: Names) -> list[Tree]:
    """The parts of a weighted sum that have nothing to count."""
    if not isinstance(tree, Weighted):
        return []
    return [part for _weight, part in tree.parts if value_of(part, name) is None]


def known_part(tree: Tree, name: Names) -> Tree:
    """What is left of a weighted sum without the parts that have nothing to count: it comes to
    the same value. Any other tree as it is, and a sum that has no value."""
    if not isinstance(tree, Weighted) or value_of(tree, name) is None:
        return tree
    known = [pair for pair in tree.parts if value_of(pair[1], name) is not None]
    return Weighted(tuple(known))


def said(tree: Tree, labels: Mapping[str, str], *, inside: int = 0) -> str:
    """The formula in words for people: names by their labels, × and ÷."""
    match tree:
        case Number(_, text):
            return text
        case Name(code):
            return str(labels.get(code, code))
        case Negative(of):
            return f"−{said(of, labels, inside=3)}"
        case Binary(sign, left, right):
            level = 1 if sign in "+-" else 2
            words = (
                f"{said(left, labels, inside=level)} {_SIGNS[sign]} "
                f"{said(right, labels, inside=level + (sign in '-/'))}"
            )
            return f"({words})" if level < inside else words
        case Choice(which, parts):
            listed = ", ".join(said(part, labels) for part in parts)
            words = _("the least of") if which == "min" else _("the most of")
            return f"{words} ({listed})"
        case Bands(of, steps, rest):
            listed = ", ".join(
                f"{_SHOWN[compare]} {edge.text} → {points.text}" for compare, edge, points in steps
            )
            return _("%(of)s: %(steps)s, else %(rest)s") % {
                "of": said(of, labels), "steps": listed, "rest": rest.text,
            }  # fmt: skip
        case Weighted(parts=weighted):
            return _weighted_said(weighted, labels, inside)


def _weighted_said(
    parts: tuple[tuple[Number, Tree], ...], labels: Mapping[str, str], inside: int
) -> str:
    """Reckoned as printed it comes to the mean: what the weights lack of 100 is divided by."""
    of_one = all(weight.text.endswith("%") for weight, _part in parts)  # 30% is read as 0.3
    shares = [weight.value * 100 if of_one else weight.value for weight, _part in parts]
    words = " + ".join(
        f"{said(part, labels, inside=2)} × {_plain(share)} %"
        for share, (_weight, part) in zip(shares, parts, strict=True)
    )
    whole = sum(shares, Fraction(0))
    if whole == 100:
        return f"({words})" if inside > 1 and len(parts) > 1 else words
    mean = f"({words}) ÷ {_plain(whole)} %"
    return f"({mean})" if inside > 2 else mean


def _plain(number: Fraction) -> str:
    """`40`, `12.5`: without noughts that say nothing."""
    return f"{float(number):.10g}"


_COMPARE: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_SHOWN: Mapping[str, str] = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}


class _Parser:
    """By recursive descent: sum > product > factor."""

    def __init__(self, text: str) -> None:
        self.text, self.depth = text, 0
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None:
                place = at + len(text[at:]) - len(text[at:].lstrip())
                raise BadFormula(
                    _("Letter %(place)d: “%(sign)s” does not belong to a formula.")
                    % {"place": place + 1, "sign": text[place]},
                    place + 1,
                )
            kind = str(found.lastgroup)
            word = found[kind]
            self.tokens.append((kind, _SAME.get(word, word), found.start(kind) + 1))
            at = found.end()
        self.tokens.append(("end", "", len(text) + 1))
        self.next = 0

    def whole(self) -> Tree:
        tree = self.sum()
        if self._kind != "end":
            self._wants(_("a sign such as + or the end"))
        return tree

    # -- the words ahead ---------------------------------------------------------------------------
    @property
    def _kind(self) -> str:
        return self.tokens[self.next][0]

    @property
    def _word(self) -> str:
        return self.tokens[self.next][1]

    def _take(self) -> str:
        word = self._word
        self.next += 1
        return word

    def _must(self, word: str) -> None:
        if self._word != word:
            self._wants(f"“{word}”")
        self.next += 1

    def _wants(self, what: str) -> None:
        _kind, word, place = self.tokens[self.next]
        found = f"“{word}”" if word else _("the end")
        raise BadFormula(
            _("Letter %(place)d: %(what)s is expected, not %(found)s.")
            % {"place": place, "what": what, "found": found},
            place,
        )

    # -- the parts -----------------------------------------------------------------------------
    def sum(self) -> Tree:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self._wants(_("a simpler formula, with fewer brackets,"))
        tree = self.product()
        while self._word in ("+", "-") and self._kind == "mark":
            tree = Binary(self._take(), tree, self.product())
        self.depth -= 1
        return tree

    def product(self) -> Tree:
        tree = self.factor()
        while self._word in ("*", "/") and self._kind == "mark":
            tree = Binary(self._take(), tree, self.factor())
        return tree

    def factor(self) -> Tree:
        if self._word == "-":
            self.next += 1
            self.depth += 1
            if self.depth > MOST_DEPTH:
                self._wants(_("a simpler formula, with fewer brackets,"))
            tree = Negative(self.factor())
            self.depth -= 1
            return tree
        if self._kind == "number":
            return self.number()
        if self._word == "(":
            self.next += 1
            tree_inside = self.sum()
            self._must(")")
            return tree_inside
        if self._kind == "name":
            place = self.tokens[self.next][2]
            word = self._take()
            if self._word == "(":
                return self.call(word, place)
            return Name(word, place)
        self._wants(_("a name, a number or a bracket"))
        raise AssertionError  # _wants has raised

    def number(self) -> Number:
        if self._kind != "number":
            self._wants(_("a number"))
        text = self._take()
        value = Fraction(text.removesuffix("%"))
        return Number(value / 100 if text.endswith("%") else value, text)

    def call(self, word: str, place: int) -> Tree:
        self._must("(")
        match word:
            case "min" | "max":
                parts = [self.sum()]
                while self._word == ",":
                    self.next += 1
                    parts.append(self.sum())
                tree: Tree = Choice(word, tuple(parts))
            case "bands":
                tree = self.bands()
            case "weighted":
                tree = self.weighted()
            case _:
                raise BadFormula(
                    _("Letter %(place)d: there is no “%(word)s”; there are min, max, bands and"
                      " weighted.")
                    % {"place": place, "word": word},
                    place,
                )  # fmt: skip
        self._must(")")
        return tree

    def bands(self) -> Bands:
        of = self.sum()
        steps: list[tuple[Compare, Number, Number]] = []
        while True:
            self._must(";")
            if self._word == "else":
                self.next += 1
                self._must(":")
                return Bands(of, tuple(steps), self.number())
            if self._word in _SHOWN:
                compare = self._take()
                edge = self.number()
                self._must(":")
                steps.append((compare, edge, self.number()))
            else:
                self._wants(_("<, ≤, >, ≥ or else"))

    def weighted(self) -> Weighted:
        parts = []
        while True:
            weight = self.number()
            self._must(":")
            parts.append((weight, self.sum()))
            if self._word != ";":
                return Weighted(tuple(parts))
            self.next += 1
