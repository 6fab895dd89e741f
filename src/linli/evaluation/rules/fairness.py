"""Which rate was to be expected of a row, given what it had to deal with; how sure a difference is.

Indirect standardisation: each kind of case (a *stratum*: major class, hours, grade of the ground)
has the rate that the whole city reached with it; a row is expected to reach these rates with its
own mix. The expected counts of all rows add up to what was observed. Kinds with few cases lean on
their major class in the same hours, that on the class, and that on the city, in such a way that
this sum stays exact. Sums are rounded
once (`fsum`), so that the order of cases never matters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import fsum, sqrt

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from linli.evaluation.rules.counts import Base, Came, Owed, base
from linli.evaluation.rules.formula import Binary, Name, Tree
from linli.evaluation.rules.scoring import Formula

THIN = 10  # a kind with so many cases counts for half by itself, and leans for half
SURE = 2.576  # 99 %: many rows are judged at once
FEWEST = 20  # with fewer cases nothing is said
LEAST_SPREAD = 4.0  # variance of the count; below it the normal curve does not fit
FEWEST_OTHERS = 0.2  # share of the mix that others must have too: else there is nobody to compare

_Key = tuple[str, ...]  # a kind, or the beginning of some: class, hours, grade
#: stratum: how many counted, and how many of them had the mark
Tally = Mapping[str, tuple[int, int]]
_EVENING, _NIGHT, _MORNING = 18, 23, 8  # local hours at which the bands begin

#: Counts of which more are better (+1) or worse (−1); of others it cannot be said.
_GOOD = frozenset({"handled", "closed", "valid_reports"})
_BAD = frozenset({"late_handled", "missed", "void_filings", "wrong_dispatches"})


def stratum_of(group: str, reported_at: datetime, grade: str) -> str:
    """The kind of a case: major class (`E01`, empty before there is one), hours in which it was
    reported (d 8–18, e 18–23, n 23–8, local time), grade of the ground."""
    hour = timezone.localtime(reported_at).hour
    band = "n" if hour >= _NIGHT or hour < _MORNING else "e" if hour >= _EVENING else "d"
    return f"{group}-{band}-{grade}"


@dataclass(frozen=True)
class Share:
    """A rate that is a part of a whole, fact by fact: `part` of `whole`, or (`rest`) what is left
    of the whole without it. `sign`: +1 where more of the part is better."""

    part: Base
    whole: Base
    rest: bool
    sign: int


def share_of(formula: Formula) -> Share | None:
    """How a formula can be compared; None unless it is `part ÷ whole` or `(whole − part) ÷ whole`
    of counts, each fact of the part is one of the whole, and it is known which way is better."""
    tree = formula.tree
    if not (isinstance(tree, Binary) and tree.sign == "/" and isinstance(tree.right, Name)):
        return None
    top = tree.left
    rest = isinstance(top, Binary) and top.sign == "-" and _code(top.left) == tree.right.code
    if isinstance(top, Binary) and rest:
        top = top.right
    if not isinstance(top, Name):
        return None
    source = formula.subject.source
    try:
        part, whole = base(source, top.code), base(source, tree.right.code)
    except KeyError:
        return None  # another formula, not a count
    sign = _sign(part.code)
    if not sign or not _is_part(part.when, whole.when):
        return None
    return Share(part, whole, rest, sign)


def _code(tree: Tree) -> str:
    return tree.code if isinstance(tree, Name) else ""


def _sign(code: str) -> int:
    if code in _BAD:
        return -1
    return 1 if code in _GOOD or code.startswith("on_time_") else 0


def _is_part(part: Came | Owed, whole: Came | Owed) -> bool:
    """Whether each fact that counts in `part` counts in `whole`, by what they ask."""
    if isinstance(part, Owed):
        return False
    stamp = whole.done if isinstance(whole, Owed) else whole.stamp
    return part.stamp == stamp and whole.having.items() <= part.having.items()


@dataclass(frozen=True)
class Kind:
    """What the city reached with one kind of case: how many, the rate expected, and how much of
    that rate is of this kind itself."""

    count: int
    rate: float
    weight: float


@dataclass(frozen=True)
class City:
    """The rates expected for each kind; `rest` for a kind the city has not had."""

    kinds: Mapping[str, Kind]
    rest: Kind

    def kind(self, stratum: str) -> Kind:
        return self.kinds.get(stratum, self.rest)


def expect(city: Tally) -> City:
    """The rates expected, from the tally of the whole city.

    A kind leans on its class in the same hours by 1 − n ÷ (n + THIN), these hours on the class, the
    class on the city likewise. What they lean on is the mean of just what was taken away, so the
    expected counts add up to the observed.
    """
    known = {tuple(kind.split("-")): pair for kind, pair in sorted(city.items()) if pair[0]}
    if not known:
        return City({}, Kind(0, 0.0, 0.0))
    tree: dict[_Key, dict[_Key, None]] = defaultdict(dict)
    count: dict[_Key, int] = defaultdict(int)
    for kind, (whole, _part) in known.items():
        for length in range(len(kind), 0, -1):
            tree[kind[: length - 1]][kind[:length]] = None
            count[kind[:length]] += whole
    mean = {kind: part / whole for kind, (whole, part) in known.items()}
    _gather((), tree, count, mean)
    rate: dict[_Key, float] = {(): mean[()]}
    for key in sorted(count, key=len):
        own = _weight(count[key])
        rate[key] = own * mean[key] + (1 - own) * rate[key[:-1]]
    kinds = {
        "-".join(kind): Kind(whole, rate[kind], _weight(whole))
        for kind, (whole, _part) in known.items()
    }
    return City(kinds, Kind(0, rate[()], 0.0))


def _gather(
    key: _Key,
    tree: Mapping[_Key, Iterable[_Key]],
    count: Mapping[_Key, int],
    mean: dict[_Key, float],
) -> float:
    """The means of what is laid together under `key`, into `mean`; how many cases' worth `key` has,
    of which it lays a part on what it leans on itself."""
    if key not in tree:
        return float(count[key])
    laid = {one: _gather(one, tree, count, mean) * (1 - _weight(count[one])) for one in tree[key]}
    worth = fsum(laid.values())
    mean[key] = fsum(part * mean[one] for one, part in laid.items()) / worth
    return worth


def _weight(count: int) -> float:
    return count / (count + THIN)


class Verdict(TextChoices):
    BETTER = "better", pgettext_lazy("fairness", "better than expected")
    EXPECTED = "expected", pgettext_lazy("fairness", "as expected")
    WORSE = "worse", pgettext_lazy("fairness", "worse than expected")
    FEW = "few", pgettext_lazy("fairness", "too few cases to say")
    ALONE = "alone", pgettext_lazy("fairness", "too few others to compare with")


@dataclass(frozen=True)
class Compared:
    """A rate beside the one that was expected (shares of 1); `margin`: the difference is that much
    uncertain to either side, with 99 % confidence."""

    count: int
    rate: float
    expected: float
    margin: float
    verdict: Verdict

    @property
    def difference(self) -> float:
        return self.rate - self.expected


def compare(row: Tally, city: City, share: Share) -> Compared | None:
    """A row beside what the city would have reached with its mix; None where nothing counted."""
    count = sum(whole for whole, _part in row.values())
    if not count:
        return None
    part = sum(part for _whole, part in row.values())
    kinds = [(whole, city.kind(stratum)) for stratum, (whole, _part) in row.items() if whole]
    expected = fsum(whole * kind.rate for whole, kind in kinds)
    spread = fsum(_spread(whole, kind) for whole, kind in kinds)
    others = fsum(whole * (1 - min(1.0, whole / kind.count)) for whole, kind in kinds if kind.count)
    difference = (part - expected) / count
    margin = SURE * sqrt(spread) / count
    if count < FEWEST or spread < LEAST_SPREAD:
        verdict = Verdict.FEW
    elif others < FEWEST_OTHERS * count:
        verdict = Verdict.ALONE
    elif abs(difference) <= margin:
        verdict = Verdict.EXPECTED
    else:
        verdict = Verdict.BETTER if difference * share.sign > 0 else Verdict.WORSE
    if share.rest:
        return Compared(count, 1 - part / count, 1 - expected / count, margin, verdict)
    return Compared(count, part / count, expected / count, margin, verdict)


def _spread(count: int, kind: Kind) -> float:
    """The variance of observed − expected in one kind: the row's own cases make a part of the
    expected rate themselves (`own`), so they differ less from it, and the others' cases vary it."""
    own = kind.weight * min(1.0, count / kind.count) if kind.count else 0.0
    rest = max(0, kind.count - count)
    return kind.rate * (1 - kind.rate) * (count * (1 - own) ** 2 + rest * own**2)
