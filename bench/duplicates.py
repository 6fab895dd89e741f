"""How many duplicates are found, and how many suggestions are right:

    bin/linli bench duplicates [--folder DIR] [--keep]

`--folder` (or LINLI_SHARED_DATA) names the folder of the labelled data, which is read there and
never kept:

- place, time, class: 55,143 sanitation requests of Chicago, of which the city marked 2,650 as
  duplicates (`service_requests/chicago_sanitation_2011_2013.csv.gz`, days only). A marked one asks
  for the requests of the days before within the radius; the nearest one is taken as right where it
  has the same address. The city marked not all: others at the same address count as wrong.
- words: 2,996 messages of Chinese citizens, 56 of them on two events on which two teams agree
  (`complaints_zh/taidi_hotspot.csv.gz`): every pair of one event against pairs of messages that
  no team put together.
- pictures: drawn scenes, because no labelled photos could be had: each scaled, compressed, lit,
  cut and covered, against all other scenes.
- all together: pairs composed of these, each part taken from a pair of the same kind.

The first half of the addresses and messages (by hash) counts the shifts of cases.rules.likeness,
the second half measures. `--keep` writes the table into docs/benchmarks.md. Needs no database.
"""

from __future__ import annotations

import hashlib
import io
import math
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from bench._figures import Figure, table
from bench._labelled import asked, rows
from bench.run import keep
from linli.cases.rules import likeness
from linli.cases.rules.likeness import SHOWN, Said, compare, differing, words_alike
from linli.files.rules.fingerprints import fingerprint_of
from linli.kernel.text import bigrams

RADIUS_M, DAYS = 50.0, 7
X_M, Y_M = 82_870.0, 111_050.0  # metres a degree in Chicago
AGREED = {("2", "2"), ("5", "3")}  # events of both teams
SCENES = 300
STEPS = (0.0, 0.03, 0.08, 0.15, 0.3, 0.6, 1.01)


class Request(NamedTuple):
    """A request of Chicago, on the plane."""

    at: datetime
    x: float
    y: float
    kind: str
    address: str
    duplicate: bool


class Message(NamedTuple):
    """A message of a citizen: its pairs of letters, and what others made of it."""

    words: frozenset[str]
    event: tuple[str, str]
    cluster: str
    key: str


def second_half(key: str) -> bool:
    """Whether something belongs to the half that measures."""
    return hashlib.sha256(key.encode()).digest()[0] % 2 == 1


# -- place, time, class ----------------------------------------------------------------------------
def requests(folder: Path) -> list[Request]:
    """Those with a place, oldest first, each id once."""
    path = folder / "service_requests" / "chicago_sanitation_2011_2013.csv.gz"
    found, kinds = {}, {"": ""}
    for row in rows(path):
        if row["lon"] and row["service_request_id"] not in found:
            kind = row["subcategory"]
            kinds.setdefault(kind, f"E01{len(kinds):02}")
            found[row["service_request_id"]] = Request(
                datetime.fromisoformat(row["created_at"]).replace(tzinfo=UTC),
                float(row["lon"]) * X_M,
                float(row["lat"]) * Y_M,
                kinds[kind],
                row["address"],
                "Dup" in row["status"],
            )
    return sorted(found.values(), key=lambda one: one.at)


class Near(NamedTuple):
    """A request and one of the days before near by."""

    new: Request
    old: Request
    metres: float


def neighbours(found: Sequence[Request]) -> Iterator[tuple[Request, list[Near]]]:
    """Each request with those of the seven days before within the radius."""
    squares: dict[tuple[int, int], list[Request]] = defaultdict(list)
    for new in found:
        column, row = int(new.x // RADIUS_M), int(new.y // RADIUS_M)
        close = []
        for square in ((column + a, row + b) for a in (-1, 0, 1) for b in (-1, 0, 1)):
            for old in reversed(squares[square]):
                if (new.at - old.at).days > DAYS:
                    break
                metres = math.hypot(new.x - old.x, new.y - old.y)
                if metres <= RADIUS_M:
                    close.append(Near(new, old, metres))
        squares[column, row].append(new)
        yield new, close


def chance_of(pair: Near, *, words: tuple[frozenset[str], frozenset[str]] | None = None,
              shares: dict[str, float] | None = None,
              pictures: tuple[int, int] | None = None) -> float:  # fmt: skip
    """What the program says of a pair."""
    said = [
        Said(
            at=one.at,
            case_class=one.kind,
            words=words[n] if words else frozenset(),
            pictures=(pictures[n],) if pictures else (),
        )
        for n, one in enumerate((pair.new, pair.old))
    ]
    return compare(
        said[0], said[1], distance_m=pair.metres, radius_m=RADIUS_M, within=timedelta(days=DAYS),
        shares=shares,
    ).chance  # fmt: skip


def by_place(found: Sequence[Request]) -> tuple[list[Figure], list[Near], list[Near]]:
    """Figures on the second half, and its pairs of duplicates and of strangers."""
    marked = hits = shown = right = lone = first = 0
    gaps: Counter[int] = Counter()
    same, strangers = [], []
    for new, close in neighbours(found):
        here = [pair for pair in close if pair.old.address == new.address]
        if not second_half(new.address):
            if new.duplicate and here:
                gaps[min((new.at - pair.old.at).days for pair in here)] += 1
            continue
        best = sorted(((chance_of(pair), pair) for pair in close), key=lambda one: -one[0])[:5]
        told = [pair for chance, pair in best if chance >= SHOWN]
        if new.duplicate:
            marked += 1
            hits += any(pair.old.address == new.address for pair in told)
            first += bool(told) and told[0].old.address == new.address
            same += here[:1]
        else:
            lone += bool(told)
            strangers += [pair for pair in close if pair.old.address != new.address]
        shown += bool(told)
        right += new.duplicate and bool(told)
    days = ", ".join(
        f"{day}: {count / gaps.total():.0%}" for day, count in sorted(gaps.items())[:4]
    )
    rest = sum(second_half(one.address) and not one.duplicate for one in found)
    figures = [
        Figure(
            f"place, time, class: marked duplicates found among five, {marked:,} of Chicago",
            "–",
            f"recall {hits / marked:.1%}, first {first / marked:.1%}",
            None,
            f"days since the one before, in the other half: {days}",
        ),
        Figure(
            "place, time, class: requests with a suggestion that the city marked",
            "–",
            f"precision {right / shown:.1%} of {shown:,}",
            None,
            f"something is suggested at {lone / rest:.1%} of {rest:,} requests not marked",
        ),
    ]
    return figures, same, strangers


# -- words -----------------------------------------------------------------------------------------
def messages(folder: Path) -> list[Message]:
    """The messages on which events were looked for."""
    path = folder / "complaints_zh" / "taidi_hotspot.csv.gz"
    return [
        Message(
            frozenset(bigrams(f"{row['title']} {row['text']}")),
            (row["event_team_a"], row["event_team_b"]),
            row["team_cluster"],
            row["message_id"],
        )
        for row in rows(path)
    ]


Pair = tuple[frozenset[str], frozenset[str]]


def word_pairs(found: Sequence[Message], *, measuring: bool) -> tuple[list[Pair], list[Pair]]:
    """Pairs of one event, and pairs that no team put together, of one half."""
    half = [one for one in found if second_half(one.key) == measuring]
    same = [
        (one.words, other.words)
        for n, one in enumerate(half)
        for other in half[:n]
        if one.event in AGREED and one.event == other.event
    ]
    draw, strangers = random.Random(3), []
    while len(strangers) < 20_000:
        one, other = draw.choice(half), draw.choice(half)
        if one.cluster != other.cluster and (one.event != other.event or one.event == ("", "")):
            strangers.append((one.words, other.words))
    return same, strangers


def _shift(pair: Pair, shares: dict[str, float]) -> float:
    return likeness.of_words(words_alike(*pair, shares)[0], min(map(len, pair)))


def by_words(found: Sequence[Message], shares: dict[str, float]) -> list[Figure]:
    """The shifts as counted on one half, and how well they part the other."""
    same, strangers = word_pairs(found, measuring=False)
    counted = []
    for low, high in pairwise(STEPS):
        both = [
            sum(low <= words_alike(*pair, shares)[0] < high for pair in pairs) + 0.5
            for pairs in (same, strangers)
        ]
        shift = math.log(both[0] / len(same)) - math.log(both[1] / len(strangers))
        counted.append(f"{low:g}–{min(high, 1):g}: {shift:+.1f}")
    same, strangers = word_pairs(found, measuring=True)
    hits, wrong = (sum(_shift(pair, shares) > 1 for pair in pairs) for pairs in (same, strangers))
    return [
        Figure(
            f"words alone: {len(same):,} pairs of one event, {len(strangers):,} of strangers",
            "–",
            f"{hits / len(same):.1%} of the pairs are said to be alike,"
            f" {wrong / len(strangers):.2%} of the strangers",
            None,
            f"counted shifts of the odds, other half: {'; '.join(counted)}",
        )
    ]


# -- pictures --------------------------------------------------------------------------------------
def scene(seed: int) -> Image.Image:
    """A street of boxes, discs and lines, another for each seed."""
    draw = random.Random(seed)
    picture = Image.new("RGB", (960, 720), tuple(draw.randrange(256) for _c in range(3)))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, draw.randrange(300, 600), 960, 720), fill=(draw.randrange(160),) * 3)
    for _n in range(draw.randrange(8, 26)):
        x, y = draw.randrange(-80, 900), draw.randrange(-80, 660)
        box = (x, y, x + draw.randrange(30, 320), y + draw.randrange(30, 320))
        shade = tuple(draw.randrange(256) for _c in range(3))
        getattr(pen, draw.choice(("rectangle", "ellipse")))(box, fill=shade)
    return picture.filter(ImageFilter.GaussianBlur(draw.uniform(0, 3)))


def _compressed(picture: Image.Image, quality: int) -> Image.Image:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=quality)
    return Image.open(content)


def altered(picture: Image.Image) -> dict[str, Image.Image]:
    """What happens to a photo on its way from one telephone to another."""
    wide, high = picture.size
    stamped = picture.copy()
    ImageDraw.Draw(stamped).rectangle((0, high - 60, 360, high), fill=(250, 250, 250))
    return {
        "scaled to a third": picture.resize((wide // 3, high // 3)),
        "compressed (JPEG 25)": _compressed(picture, 25),
        "lighter by a fifth": ImageEnhance.Brightness(picture).enhance(1.2),
        "less contrast": ImageEnhance.Contrast(picture).enhance(0.7),
        "cut by 3 % at each side": picture.crop((29, 22, wide - 29, high - 22)),
        "with a stamp in a corner": stamped,
    }


def by_picture() -> tuple[list[Figure], list[tuple[int, int]], list[tuple[int, int]]]:
    """Figures, and pairs of the same and of different pictures."""
    prints = [fingerprint_of(scene(seed)) for seed in range(SCENES)]
    known = [one for one in prints if one is not None]
    bits: dict[str, list[int]] = defaultdict(list)
    same = []
    for seed, one in enumerate(prints):
        for what, picture in altered(scene(seed)).items():
            other = fingerprint_of(picture)
            if one is not None and other is not None:
                bits[what].append(differing(one, other))
                same.append((one, other))
    strangers = [(one, other) for n, one in enumerate(known) for other in known[:n]]
    far = [differing(*pair) for pair in strangers]
    most = likeness.SAME_PICTURE_BITS
    each = "; ".join(
        f"{what} {sum(b <= most for b in found) / len(found):.0%}" for what, found in bits.items()
    )
    every = [b for found in bits.values() for b in found]
    figures = [
        Figure(
            f"pictures alone: {len(every):,} altered copies, {len(far):,} pairs of strangers",
            "–",
            f"recall {sum(b <= most for b in every) / len(every):.1%} within {most} bits, strangers"
            f" {sum(b <= most for b in far)} of {len(far):,}",
            None,
            f"{each}; within {likeness.LIKE_PICTURE_BITS} bits"
            f" {sum(b <= likeness.LIKE_PICTURE_BITS for b in every) / len(every):.0%}, strangers"
            f" {sum(b <= likeness.LIKE_PICTURE_BITS for b in far)}",
        )
    ]
    return figures, same, strangers


# -- all together ----------------------------------------------------------------------------------
def together(
    near: tuple[list[Near], list[Near]],
    words: tuple[list[Pair], list[Pair]],
    pictures: tuple[list[tuple[int, int]], list[tuple[int, int]]],
    shares: dict[str, float],
) -> list[Figure]:
    """Composed pairs: as many strangers near by as there are in Chicago for each duplicate."""
    draw, made = random.Random(9), []
    for what, w, p in (("place", 0, 0), ("and words", 1, 0), ("and words and picture", 1, 1)):
        chances = [
            [
                chance_of(
                    pair,
                    words=draw.choice(words[kind]) if w else None,
                    pictures=draw.choice(pictures[kind]) if p else None,
                    shares=shares,
                )
                for pair in near[kind]
            ]
            for kind in (0, 1)
        ]
        for least in (SHOWN, 0.5):
            hits, wrong = (sum(one >= least for one in side) for side in chances)
            made.append(
                Figure(
                    f"composed pairs: {what}, from {least:.0%} on",
                    "–",
                    f"recall {hits / len(chances[0]):.1%}, precision {hits / (hits + wrong):.1%}",
                    None,
                    f"{len(chances[0]):,} duplicates, {len(chances[1]):,} strangers near by",
                )
            )
    return made


def main() -> None:
    """Measure and print one table."""
    folder, kept = asked(__doc__)
    figures, same, strangers = by_place(requests(folder))
    texts = messages(folder)
    often = Counter(pair for one in texts for pair in one.words)
    shares = {pair: count / len(texts) for pair, count in often.items()}
    figures += by_words(texts, shares)
    seen, copies, others = by_picture()
    figures += seen
    spoken = word_pairs(texts, measuring=True)
    figures += together((same, strangers), spoken, (copies, others), shares)
    print(table(figures))
    if kept:
        keep("duplicates", table(figures))


if __name__ == "__main__":
    main()
