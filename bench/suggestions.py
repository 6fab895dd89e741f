"""How good the suggestions are on real complaints, and what they cost:

    bin/linli bench suggestions [--folder DIR] [--keep]

`--folder` (or LINLI_SHARED_DATA) names the folder that holds `complaints_zh/taidi_labelled.csv.gz`:
975 messages of citizens with one of seven labels. They are read there and never kept: nobody has
licensed them. One text in five, by what it says, is held out as in the program; five such splits
are measured, each by a model that never saw its held-out fifth. `--keep` writes the table into
docs/benchmarks.md. Needs no database.
"""

from __future__ import annotations

import hashlib
import resource
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from bench._figures import Figure, table
from bench._labelled import asked, rows
from bench.run import keep
from linli.suggestions.rules.features import folded
from linli.suggestions.rules.linear import Model, from_bytes, guesses, to_bytes
from linli.suggestions.rules.measuring import Figures, measure
from linli.suggestions.rules.training import Example, train

LARGE, LARGE_LABELS = 10_000, 190  # cases and classes of a city, made up of the same words


def real(folder: Path) -> list[Example]:
    """The labelled messages, title and text together."""
    path = folder / "complaints_zh" / "taidi_labelled.csv.gz"
    return [
        Example(f"{row['title']}。{row['text']}", row["label_level1"], row["user"])
        for row in rows(path)
    ]


def fifth_of(text: str) -> int:
    """Which of five parts a text belongs to, by what it says: repeated texts fall together."""
    said = "".join(c for c in folded(text) if c.isalnum())
    return hashlib.sha256(said.encode()).digest()[0] % 5


def large(examples: list[Example]) -> list[Example]:
    """An archive as large as the program learns from: sentences of the messages, shuffled."""
    random = np.random.default_rng(5)
    parts = [part for one in examples for part in one.text.split("。") if len(part) > 8]
    chosen = random.integers(0, len(parts), size=(LARGE, 2))
    labels = random.integers(0, LARGE_LABELS, size=LARGE)
    return [
        Example("。".join(parts[n] for n in row), f"E{label:04}", f"s{number % 8_000}")
        for number, (row, label) in enumerate(zip(chosen, labels, strict=True))
    ]


def main() -> None:
    """Measure and print one table."""
    folder, kept = asked(__doc__)
    examples = real(folder)
    made, seconds, models = [], [], []
    for part in range(5):
        began = time.process_time()
        model = train([one for one in examples if fifth_of(one.text) != part])
        seconds.append(time.process_time() - began)
        made.append(measure(model, [one for one in examples if fifth_of(one.text) == part]))
        models.append(model)
        print(f"\r{part + 1}/5", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    figures = _quality(made) + _costs(models[0], examples, seconds) + _large(examples)
    print(table(figures))
    if kept:
        keep("suggestions", table(figures))


def _quality(made: list[Figures]) -> list[Figure]:
    f1 = [one.macro_f1 for one in made]
    top3 = [one.top3 for one in made]
    off = [one.calibration_error for one in made]
    texts = sum(one.texts for one in made)
    by_label: dict[str, list[int]] = {}
    for one in made:
        for row in one.labels:
            kept = by_label.setdefault(row.label, [0, 0, 0])
            for n, value in enumerate((row.found, row.texts, row.said)):
                kept[n] += value
    said = ", ".join(
        f"{label} {2 * found / (wanted + told):.2f}"
        for label, (found, wanted, told) in sorted(by_label.items())
    )
    return [
        Figure(
            f"macro-F1 of seven labels, {texts} held-out texts in five parts",
            "≥ 0.90",
            f"mean {statistics.mean(f1):.3f} ({', '.join(f'{one:.3f}' for one in f1)})",
            statistics.mean(f1) >= 0.90,
            f"F1 by label: {said}",
        ),
        Figure(
            "the right label among the first three",
            "≥ 0.98",
            f"mean {statistics.mean(top3):.3f}, least {min(top3):.3f}",
            statistics.mean(top3) >= 0.98,
        ),
        Figure(
            "confidence off from the share that is right (ECE)",
            "–",
            f"mean {statistics.mean(off):.3f}, most {max(off):.3f}",
        ),
    ]


def _costs(model: Model, examples: list[Example], seconds: list[float]) -> list[Figure]:
    content = to_bytes(model)
    read = from_bytes(content)
    began = time.process_time()
    for one in examples[:300]:
        guesses(read, one.text)
    each = (time.process_time() - began) / min(300, len(examples)) * 1000
    return [
        Figure(
            "training on 780 texts, with calibration",
            "minutes",
            f"{statistics.mean(seconds):.0f} s of processor time",
        ),
        Figure("size of the model's file", "–", f"{len(content) / 1e6:.2f} MB"),
        Figure("one suggestion with its words", "–", f"{each:.1f} ms of processor time"),
    ]


def _large(examples: list[Example]) -> list[Figure]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    many = large(examples)
    began, busy = time.perf_counter(), time.process_time()
    model = train(many)
    seconds, cpu = time.perf_counter() - began, time.process_time() - busy
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return [
        Figure(
            f"training on {LARGE:,} texts of {LARGE_LABELS} classes, with calibration",
            "minutes",
            f"{seconds:.0f} s, of the processor {cpu:.0f} s",
            cpu <= 900,
            f"{len(model.vocabulary):,} runs; memory {before / 1024:.0f} → {after / 1024:.0f} MB;"
            f" file {len(to_bytes(model)) / 1e6:.1f} MB",
        )
    ]


if __name__ == "__main__":
    main()
