"""What looks like a person in the words of a bulletin (P1, P6): a bulletin names none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
)
_IDENTITY = re.compile(r"(?<![\dXx])\d{17}[\dXx](?![\dXx])")
_HOME = re.compile(
    r"\d+\s*(?:号楼|栋|幢|座)\s*(?:\d+\s*单元)?\s*\d*\s*(?:室|户)?|\d+\s*单元|\d{2,4}\s*室"
    r"|(?<=[路街巷弄道里])\s*\d+\s*(?:弄\s*\d+\s*)?号(?!线)"
)
_PERSON = re.compile(
    r"(?:举报人|上报人|投诉人|当事人|来电人|居民|业主|住户|户主)[:： ]?\s*[\u4e00-\u9fff]{1,3}"
    r"(?:某某?|先生|女士|大爷|阿姨|师傅)"
)
_PLATE = re.compile(r"[\u4e00-\u9fff][A-HJ-NP-Z][·.]?[A-HJ-NP-Z0-9]{5,6}(?![A-Z0-9])")
#: Refused outright: a number that leads to one person. The others are shown for a person to judge.
HARD = {"phone": _PHONE, "identity": _IDENTITY}
SOFT = {"home": _HOME, "person": _PERSON, "plate": _PLATE}


@dataclass(frozen=True)
class Finding:
    """What was found where: the kind, the field, the passage; `hard`: must go."""

    kind: str
    field: str
    words: str
    hard: bool


def findings(texts: Mapping[str, str]) -> list[Finding]:
    """What looks like a person, in the order of the fields; those that must go first in each."""
    found = []
    for name, text in texts.items():
        for kinds, hard in ((HARD, True), (SOFT, False)):
            for kind, pattern in kinds.items():
                found += [
                    Finding(kind, name, match[0].strip(), hard) for match in pattern.finditer(text)
                ]
    return found
