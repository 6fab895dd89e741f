"""The numbers of a question: counts of evaluation, and its rates by the formulas in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from linli.analysis.rules.query import MEASURES, Query
from linli.analysis.rules.words import Words
from linli.evaluation.rules.counts import COUNTS, Base, Owed, Source
from linli.evaluation.rules.formula import names_of
from linli.evaluation.rules.scoring import DASH, Book, shown
from linli.evaluation.rules.subjects import Shows, Subject
from linli.kernel.errors import BadInput

Value = int | Fraction | None


@dataclass(frozen=True)
class Measure:
    """A number: itself a count (`book` None), or a rate that a formula makes of counts."""

    code: str
    label: Words
    bases: tuple[Base, ...]
    book: Book | None = None

    @property
    def is_rate(self) -> bool:
        return self.book is not None

    @property
    def words(self) -> str:
        """The formula as people read it."""
        return self.book.words(self.book.by_code[self.code]) if self.book else ""

    @property
    def is_owed(self) -> bool:
        """Whether it counts what is overdue: such numbers do not add up over time."""
        return any(isinstance(base.when, Owed) for base in self.bases)

    def value(self, counts: Mapping[str, int]) -> Value:
        """Of a row of counts; None where there is nothing to count."""
        if self.book is None:
            return counts.get(self.code, 0)
        known = {base.code: counts.get(base.code, 0) for base in self.bases}
        return self.book.values(known)[self.code]

    def shown(self, value: Value) -> str:
        """As it stands on the page and in files."""
        if value is None:
            return DASH
        return shown(value, Shows.RATE) if isinstance(value, Fraction) else f"{value:,}"


def menu(books: Mapping[Subject, Book], source: Source) -> dict[str, Measure]:
    """Every number that can be asked of a kind of facts: counts first, then rates."""
    bases = {base.code: base for base in COUNTS[source]}
    found = {code: Measure(code, base.label, (base,)) for code, base in bases.items()}
    book = books.get(Subject.UNIT if source == Source.TASK else Subject.CASES)
    for formula in book.formulas if book else ():
        if book is not None and formula.shows == Shows.RATE:
            own = _needed(book, formula.code)
            used = tuple(bases[code] for code in own.counts_used)
            found[formula.code] = Measure(formula.code, formula.label, used, own)
    return found


def _needed(book: Book, code: str) -> Book:
    """The formula and those it is made of, without the others."""
    wanted, waiting = {code}, [code]
    while waiting:
        for name in names_of(book.by_code[waiting.pop()].tree):
            if name.code in book.by_code and name.code not in wanted:
                wanted.add(name.code)
                waiting.append(name.code)
    return Book(tuple(one for one in book.formulas if one.code in wanted), book.edges)


def chosen(query: Query, known: Mapping[str, Measure]) -> list[Measure]:
    """The numbers of a question. Raises BadInput naming the field: there is no such number of these
    facts, or it cannot be told apart like this."""
    found = []
    for name, code in zip(MEASURES, query.measures, strict=False):
        if code not in known:
            raise BadInput(_unknown(query, name, code), field=name)
        measure = known[code]
        if measure.is_owed and not {"hour", "weekday"}.isdisjoint((query.by, query.across)):
            raise BadInput(
                _(
                    "%(name)s: “%(label)s” counts what is overdue too: that has no hour."
                    " Choose what was done (such as “Handled in time”), or another way."
                )
                % {"name": name, "label": measure.label},
                field=name,
            )
        found.append(measure)
    return found


def _unknown(query: Query, name: str, code: str) -> str:
    said = {"name": name, "code": code}
    if query.source == Source.TASK and code in {base.code for base in COUNTS[Source.CASE]}:
        return (
            _("%(name)s: “%(code)s” has no unit yet. Choose another number, or leave units out.")
            % said
        )
    if query.source == Source.CASE and code in {base.code for base in COUNTS[Source.TASK]}:
        return _("%(name)s: “%(code)s” is counted by unit. Choose units as rows.") % said
    return _("%(name)s: there is no number “%(code)s”. Choose one of the list.") % said
