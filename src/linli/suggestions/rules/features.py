"""From words to features: runs of one to three letters, with what is personal masked.

A digit, a name after “我叫” or before “女士”, an e-mail or web address never becomes a feature.
What is left may still be personal where it is rare; so a model only keeps what many people wrote
(`vocabulary`).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LONGEST = 3  # letters of a run
LEAST_SOURCES = 3  # people in whose reports a run has to occur to be kept
MOST_RUNS = 30_000  # that a model keeps
MOST_LETTERS = 2_000  # of a text that are read: what matters is said at the beginning
_TOO_MANY = 400_000  # runs counted at once; above, those seen once are dropped

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NAME = rf"[{_SURNAMES}][一-鿿]{{1,2}}"
_TITLES = "先生|女士|小姐|太太|大爷|大妈|阿姨|师傅|老师|医生|同志"
_PERSONAL = re.compile(
    r"https?://[\w./?=&%#:\-]+|www\.[\w./\-]+|[a-z0-9._+\-]+@[a-z0-9.\-]+"
    rf"|(?<=我叫){_NAME}|(?<=我是){_NAME}(?![一-鿿])|(?<=姓名){_NAME}|(?<=姓名[:：]){_NAME}"
    rf"|(?<=联系人){_NAME}|(?<=联系人[:：]){_NAME}|(?<=举报人){_NAME}|(?<=投诉人){_NAME}"
    rf"|[{_SURNAMES}][一-鿿某]{{0,2}}?(?={_TITLES})"
    r"|[a-z]*\d[a-z\d\-]*"
)
_WORD = re.compile(r"[a-z]{2,12}|[一-鿿]+")
_HAN = re.compile(r"[一-鿿]")


class Piece(NamedTuple):
    """A run of letters and where it stands in the folded text."""

    text: str
    start: int


def folded(text: str) -> str:
    """`text` as it is read: one form of each letter, personal parts blanked, its length kept."""
    plain = unicodedata.normalize("NFKC", text[:MOST_LETTERS]).casefold()
    return _PERSONAL.sub(lambda found: " " * len(found[0]), plain)


def pieces(plain: str) -> Iterator[Piece]:
    """The runs of a folded text: one to three Chinese letters within a word, Latin words whole."""
    for word in _WORD.finditer(plain):
        letters, begin = word[0], word.start()
        if not _HAN.match(letters):
            yield Piece(letters, begin)
            continue
        for long in range(1, LONGEST + 1):
            for at in range(len(letters) - long + 1):
                yield Piece(letters[at : at + long], begin + at)


def runs(text: str) -> Counter[str]:
    """How often each run occurs in `text`."""
    return Counter(piece.text for piece in pieces(folded(text)))


def vocabulary(texts: Iterable[tuple[str, str]], *, least: int = LEAST_SOURCES) -> list[str]:
    """The runs that occur with at least `least` sources, at most MOST_RUNS, commonest first.

    `texts`: pairs of source (who wrote it, as any key) and text, those of one source together.
    Memory is bounded: where runs are too many, the rarest so far are forgotten.
    """
    seen: Counter[str] = Counter()
    mine: set[str] = set()
    writer: str | None = None
    for source, text in texts:
        if source != writer:
            seen.update(mine)
            mine, writer = set(), source
            if len(seen) > _TOO_MANY:
                seen = Counter({run: count for run, count in seen.items() if count > 1})
        mine.update(runs(text))
    seen.update(mine)
    kept = [(run, count) for run, count in seen.items() if count >= least]
    kept.sort(key=lambda one: (-one[1], one[0]))
    return [run for run, _count in kept[:MOST_RUNS]]


def is_held_out(text: str, *, one_in: int = 5) -> bool:
    """Whether a text is never trained on, but measured with: one in five, by what it says.

    The same words always fall on the same side, whoever sends them and however often.
    """
    said = "".join(c for c in folded(text) if c.isalnum())
    return hashlib.sha256(said.encode()).digest()[0] % one_in == 0
