"""A linear model over runs of letters: how it judges a text, and the file it is kept in.

Pure numpy: small enough for every web process, nothing of it is code, so that no file can run any.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from linli.suggestions.rules.features import Piece, folded, pieces

Floats = NDArray[np.float32]
FORMAT = 2  # 1: before ratios; still read
CALM = 0.3  # what a text has to say before its words count in full
MOST_WORDS = 4  # that led to a suggestion, in telling it
MOST_LONG = 8  # letters of such a word
CERTAIN_SHARE = 0.12  # of the strongest letter: what is weaker did not lead to it


#: What numpy, zip and JSON raise for files that are not theirs.
_FAULTS = (
    *(ValueError, KeyError, TypeError, AttributeError, OSError, EOFError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, MemoryError),
)


class Guess(NamedTuple):
    """A label with its confidence (0…1), and the words of the text that led to it."""

    label: str
    confidence: float
    words: tuple[str, ...]


class Judged(NamedTuple):
    """Of one text: places of its runs in the vocabulary, what each pulls towards each label (a row
    a run, a column a label), and the confidence of each label."""

    where: NDArray[np.int64]
    pulls: Floats
    shares: Floats


class NotAModel(ValueError):
    """The file is not one of a model of this program."""


@dataclass(frozen=True)
class Model:
    """`weights`: a row a run, a column a label (float16); `idf` a number a run.

    `ratios`, as `weights`: how much more common a run is under a label than elsewhere (log). A
    text is measured by them anew for each label, so that what tells nothing about a label weighs
    nothing for it. None: a model of a version that had none. `temperature` divides the logits so
    that confidences are shares of being right (calibration).
    """

    labels: tuple[str, ...]
    vocabulary: tuple[str, ...]
    idf: Floats
    weights: NDArray[np.float16]
    bias: Floats
    temperature: float = 1.0
    facts: dict[str, Any] = field(default_factory=dict)
    ratios: NDArray[np.float16] | None = None

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each run stands in the vocabulary."""
        return {run: place for place, run in enumerate(self.vocabulary)}

    def judged(self, counts: Counter[str]) -> Judged:
        """What the known runs of a text say."""
        where, values = vector(counts, self.places, self.idf)
        parts = values[:, None] * self.weights[where].astype(np.float32)
        if self.ratios is not None:
            ratios = self.ratios[where].astype(np.float32)
            parts /= lengths((values * values)[None, :], ratios)
        logits = (parts.sum(axis=0) + self.bias) / np.float32(self.temperature)
        pulls = parts - parts.mean(axis=1, keepdims=True)
        return Judged(where, pulls, softmax(logits[None, :])[0])

    def shares(self, counts: Counter[str]) -> Floats:
        """The confidence of each label; they sum to one."""
        return self.judged(counts).shares


def vector(
    counts: Counter[str], places: dict[str, int], idf: Floats
) -> tuple[NDArray[np.int64], Floats]:
    """The known runs of a text by place, and their weights: tf·idf of length one."""
    known = [(places[run], count) for run, count in counts.items() if run in places]
    where = np.array([place for place, _count in known], dtype=np.int64)
    often = np.array([count for _place, count in known], dtype=np.float32)
    values = np.asarray((1.0 + np.log(often)) * idf[where], dtype=np.float32)
    length = float(np.sqrt(values @ values))
    return where, np.asarray(values / (length or 1.0), dtype=np.float32)


def lengths(squares: Floats, ratios: Floats) -> Floats:
    """How much texts say about each label: a row a text, a column a label. `squares` of their
    values, a row a text; `ratios` a row a run."""
    long: Floats = np.sqrt(squares @ (ratios * ratios) + np.float32(CALM * CALM))
    return long


def softmax(logits: Floats) -> Floats:
    """Rows of logits as rows of shares."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def guesses(
    model: Model,
    text: str,
    *,
    marks: Iterable[str] = (),
    among: frozenset[str] | None = None,
    most: int = 3,
) -> list[Guess]:
    """The likeliest labels, first first; none for a text of which the model knows no run.

    `marks` are facts beside the words (`mark`). `among`: only these labels, their confidences as
    among all.
    """
    plain = folded(text)
    found = list(pieces(plain))
    counts = Counter(piece.text for piece in found)
    counts.update(marks)
    where, pulls, shares = model.judged(counts)
    if not len(where):
        return []
    names = [model.vocabulary[place] for place in where]
    order = [int(column) for column in np.argsort(-shares)]
    chosen = [column for column in order if among is None or model.labels[column] in among]
    return [
        Guess(
            model.labels[column],
            float(shares[column]),
            _led(plain, found, dict(zip(names, pulls[:, column].tolist(), strict=True))),
        )
        for column in chosen[:most]
    ]


def mark(name: str, value: object) -> str:
    """A fact beside the words as a run: no text holds one."""
    return f"\x01{name}={value}"


def _led(plain: str, found: Sequence[Piece], pull: dict[str, float]) -> tuple[str, ...]:
    """The stretches of the text that pulled hardest towards a label, hardest first."""
    strength = np.zeros(len(plain))
    for piece in found:
        if (force := pull.get(piece.text, 0.0)) != 0.0:
            strength[piece.start : piece.start + len(piece.text)] += force / len(piece.text)
    if not len(strength) or (peak := strength.max()) <= 0:
        return ()
    told: dict[str, float] = {}
    begin = None
    for at, strong in enumerate([*(strength > CERTAIN_SHARE * peak), False]):
        if strong and begin is None and plain[at].isalnum():
            begin = at
        elif begin is not None and (not strong or not plain[at].isalnum()):
            word, force = _shortened(plain, strength, begin, at)
            if len(word) > 1:
                told[word] = told.get(word, 0.0) + force
            begin = None
    best = sorted(told, key=lambda word: -told[word])
    return tuple(best[:MOST_WORDS])


def _shortened(plain: str, strength: NDArray[Any], begin: int, end: int) -> tuple[str, float]:
    """The strongest stretch of at most MOST_LONG letters between two places."""
    long = min(MOST_LONG, end - begin)
    sums = np.convolve(strength[begin:end], np.ones(long), "valid")
    at = begin + int(sums.argmax())
    return plain[at : at + long], float(sums.max())


# -- the file ------------------------------------------------------------------------------------
def to_bytes(model: Model) -> bytes:
    """The model as a file (npz): arrays and JSON, no code. Equal models give equal bytes."""
    head = {
        "format": FORMAT,
        "labels": model.labels,
        "vocabulary": model.vocabulary,
        "temperature": model.temperature,
        "facts": model.facts,
    }
    said = json.dumps(head, ensure_ascii=False, sort_keys=True).encode()
    parts = {
        "head": np.frombuffer(said, dtype=np.uint8),
        "idf": model.idf,
        "weights": model.weights,
        "bias": model.bias,
    }
    if model.ratios is not None:
        parts["ratios"] = model.ratios
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in parts.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(values), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getvalue())
    return target.getvalue()


def from_bytes(content: bytes) -> Model:
    """The model of a file. Whoever calls has compared its hash. Raises NotAModel."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            head = json.loads(kept["head"].tobytes())
            model = Model(
                labels=tuple(head["labels"]),
                vocabulary=tuple(head["vocabulary"]),
                idf=kept["idf"].astype(np.float32),
                weights=kept["weights"].astype(np.float16),
                bias=kept["bias"].astype(np.float32),
                temperature=float(head["temperature"]),
                facts=dict(head["facts"]),
                ratios=None if head["format"] == 1 else kept["ratios"].astype(np.float16),
            )
    except _FAULTS as fault:
        raise NotAModel(str(fault)) from None
    shape = (len(model.vocabulary), len(model.labels))
    if head["format"] not in (1, FORMAT) or model.weights.shape != shape:
        raise NotAModel("the parts do not fit one another")
    if model.ratios is not None and model.ratios.shape != shape:
        raise NotAModel("the parts do not fit one another")
    if model.idf.shape != shape[:1] or model.bias.shape != shape[1:] or model.temperature <= 0:
        raise NotAModel("the parts do not fit one another")
    return model
