"""Training: logistic regression over log-count ratios by small steps, then calibration. Pure numpy.

The ratios are those of naive Bayes (Wang and Manning 2012, “NB-SVM”): with few texts a label, how
often a run occurs under it tells more than steps alone find out. Memory is that of the texts and of
one batch; the time grows with texts times labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linli.suggestions.rules.features import LEAST_SOURCES, runs, vocabulary
from linli.suggestions.rules.linear import Floats, Model, lengths, softmax, vector

BATCH = 64
EPOCHS = 40
PACE = 0.5
STRETCH = 3.0  # of what is said, before the steps: they are few
SMOOTH = 1.0  # texts of each label in which every run is taken to have occurred
DECAY = 2e-5  # of a weight, each time its run occurs in a batch
FOLDS = 3
MOST_STEPS = 1_500  # batches in all: large archives are gone through fewer times
MOST_NUMBERS = 4_000_000  # runs times labels: what training holds in memory several times
MOST_JUDGED = 4_000  # texts that calibration looks at; of more than these, one fold does
_SEED = 11


@dataclass(frozen=True)
class Example:
    """A text whose label is known. `source`: who wrote it, as any key, never shown. `public`: it
    was written for everybody, so its runs may be kept however rare they are."""

    text: str
    label: str
    source: str = ""
    marks: tuple[str, ...] = ()
    public: bool = False

    def counts(self) -> Counter[str]:
        """The runs of the text and the marks beside it."""
        found = runs(self.text)
        found.update(self.marks)
        return found


class Rows(NamedTuple):
    """Texts as sparse rows: row n is `where[start[n]:start[n + 1]]` with `values` alike."""

    start: NDArray[np.int64]
    where: NDArray[np.int32]
    values: Floats

    def __len__(self) -> int:
        """How many texts, not how many parts."""
        return len(self.start) - 1


def train(
    examples: Sequence[Example], *, least_sources: int = LEAST_SOURCES, folds: int = FOLDS
) -> Model:
    """A calibrated model of `examples`, of at least two labels. The same examples give the same
    model. Raises ValueError where there are fewer than two labels or no run is common enough."""
    examples = sorted(examples, key=lambda one: (one.source, one.text, one.label))
    labels = tuple(sorted({one.label for one in examples}))
    if len(labels) < 2:
        raise ValueError("two labels at least")
    known = _known(examples, least_sources, most=MOST_NUMBERS // len(labels))
    if not known:
        raise ValueError("no run is common enough")
    column = {label: number for number, label in enumerate(labels)}
    answers = np.array([column[one.label] for one in examples], dtype=np.int64)
    idf = _idf(examples, known)
    rows = _rows(examples, known, idf)
    fitted = _fit(rows, answers, len(known), len(labels))
    weights = (fitted.weights * fitted.ratios * np.float32(STRETCH)).astype(np.float16)
    model = Model(labels, tuple(known), idf, weights, fitted.bias, ratios=fitted.ratios)
    del fitted  # its arrays are the largest there are, and calibration makes others
    said = np.array([not one.public for one in examples])
    judged = np.flatnonzero(said if said.any() else ~said)  # how people speak, not catalogues
    found = _temperature(rows, answers, len(known), len(labels), folds, judged)
    return replace(model, temperature=found)


def _known(examples: Sequence[Example], least_sources: int, *, most: int) -> list[str]:
    """The runs and marks of the model: the commonest of what many wrote, and all that was written
    for everybody."""
    theirs = ((one.source or f"#{n}", one.text) for n, one in enumerate(examples))
    known = dict.fromkeys(vocabulary(theirs, least=least_sources)[:most])
    for one in examples:
        if one.public:
            known.update(dict.fromkeys(runs(one.text)))
        known.update(dict.fromkeys(one.marks))
    return list(known)


def _idf(examples: Sequence[Example], known: Sequence[str]) -> Floats:
    """How telling each run is by how few texts hold it."""
    held = dict.fromkeys(known, 0)
    for one in examples:
        for run in one.counts():
            if run in held:
                held[run] += 1
    share = np.array(list(held.values()), dtype=np.float32)
    return (np.log((1 + len(examples)) / (1 + share)) + 1).astype(np.float32)


def _rows(examples: Sequence[Example], known: Sequence[str], idf: Floats) -> Rows:
    places = {run: place for place, run in enumerate(known)}
    where, values, start = [], [], [0]
    for one in examples:
        at, worth = vector(one.counts(), places, idf)
        where.append(at.astype(np.int32))
        values.append(worth)
        start.append(start[-1] + len(at))
    return Rows(np.array(start, dtype=np.int64), np.concatenate(where), np.concatenate(values))


def _batch(rows: Rows, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int32], Floats]:
    """The runs that occur in the chosen rows, and the rows as a dense block over these."""
    spans = [slice(rows.start[n], rows.start[n + 1]) for n in chosen]
    where = np.concatenate([rows.where[span] for span in spans])
    used, place = np.unique(where, return_inverse=True)
    block = np.zeros((len(chosen), len(used)), dtype=np.float32)
    line = np.repeat(np.arange(len(chosen)), [span.stop - span.start for span in spans])
    block[line, place] = np.concatenate([rows.values[span] for span in spans])
    return used, block


class Fitted(NamedTuple):
    """What the steps lead to: weights and ratios a row a run, a column a label."""

    weights: Floats
    ratios: NDArray[np.float16]
    bias: Floats

    def logits(self, rows: Rows, some: NDArray[np.int64]) -> Floats:
        """Of the chosen rows, not calibrated."""
        used, block = _batch(rows, some)
        ratios = self.ratios[used].astype(np.float32)
        said = block @ (ratios * self.weights[used]) / lengths(block * block, ratios)
        logits: Floats = (said * np.float32(STRETCH) + self.bias).astype(np.float32)
        return logits


def _ratios(
    rows: Rows, answers: NDArray[np.int64], width: int, labels: int, chosen: NDArray[np.int64]
) -> NDArray[np.float16]:
    """How much more common each run is in texts of a label than in all others: a logarithm."""
    held = np.full((width, labels), SMOOTH, dtype=np.float32)
    for n in chosen:
        held[rows.where[rows.start[n] : rows.start[n + 1]], answers[n]] += 1
    others = held.sum(axis=1, keepdims=True) - held
    others -= np.float32(SMOOTH * (labels - 2))
    held /= held.sum(axis=0)
    others /= others.sum(axis=0)
    held /= others  # in place: these are among the largest arrays there are
    ratios: NDArray[np.float16] = np.log(held, out=held).astype(np.float16)
    return ratios


def _fit(
    rows: Rows,
    answers: NDArray[np.int64],
    width: int,
    labels: int,
    chosen: NDArray[np.int64] | None = None,
) -> Fitted:
    """Multinomial logistic regression by AdaGrad with decay, on runs times their ratios."""
    chosen = np.arange(len(rows)) if chosen is None else chosen
    random = np.random.default_rng(_SEED)
    ratios = _ratios(rows, answers, width, labels, chosen)
    weights = np.zeros((width, labels), dtype=np.float32)
    bias = np.zeros(labels, dtype=np.float32)
    past = np.full((width, labels), 1e-3, dtype=np.float32)
    past_bias = np.full(labels, 1e-3, dtype=np.float32)
    steps = -(-len(chosen) // BATCH)
    for _epoch in range(max(2, min(EPOCHS, MOST_STEPS // max(1, steps)))):
        order = random.permutation(chosen)
        for begin in range(0, len(order), BATCH):
            some = order[begin : begin + BATCH]
            used, block = _batch(rows, some)
            local, slant = weights[used], ratios[used].astype(np.float32)
            long = lengths(block * block, slant) / np.float32(STRETCH)
            wrong = softmax(block @ (slant * local) / long + bias)
            wrong[np.arange(len(some)), answers[some]] -= 1.0
            wrong /= len(some)
            slope = slant * (block.T @ (wrong / long)) + DECAY * local
            past[used] += slope * slope
            weights[used] = local - PACE * slope / np.sqrt(past[used])
            slope_bias = wrong.sum(axis=0)
            past_bias += slope_bias * slope_bias
            bias -= PACE * slope_bias / np.sqrt(past_bias)
    return Fitted(weights, ratios, bias)


def _temperature(
    rows: Rows,
    answers: NDArray[np.int64],
    width: int,
    labels: int,
    folds: int,
    among: NDArray[np.int64],
) -> float:
    """By what to divide logits, so that of all said with 80 % four in five are right.

    Found on texts (`among`) that the judging model was not trained on: each fold judged by the
    others.
    """
    order = np.random.default_rng(_SEED).permutation(among)
    many = len(order) > MOST_JUDGED
    parts = [order[: MOST_JUDGED // folds]] if many else [order[n::folds] for n in range(folds)]
    order = np.concatenate(parts)
    judged = np.zeros((len(rows), labels), dtype=np.float32)
    for out in parts:
        others = np.setdiff1d(np.arange(len(rows)), out)
        if not len(out) or not len(others):
            return 1.0
        fitted = _fit(rows, answers, width, labels, others)
        for begin in range(0, len(out), BATCH):
            some = out[begin : begin + BATCH]
            judged[some] = fitted.logits(rows, some)
    tried = np.geomspace(0.05, 8.0, 80)
    losses = [_loss(judged[order] / np.float32(t), answers[order]) for t in tried]
    return float(tried[int(np.argmin(losses))])


def _loss(logits: Floats, answers: NDArray[np.int64]) -> float:
    shares = softmax(logits)[np.arange(len(answers)), answers]
    return float(-np.log(np.maximum(shares, 1e-9)).mean())
