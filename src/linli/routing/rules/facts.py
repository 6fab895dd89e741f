"""What of a case decides whose work it is."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """A case as the rules see it: no row, no query behind it.

    `regions` are ids, the deepest first, up to the root; `local` are those of them that are the
    place's own, its community and street. `owner`, `responsible` and `maintainer`
    are the units in the care of the component the case is on. `address` and `words` are folded
    (`folded`). `at` is local time; `works` says whether it is working time.
    """

    class_code: str = ""  # E0102; empty: no class yet
    class_id: int | None = None
    regions: tuple[int, ...] = ()
    local: tuple[int, ...] = ()
    lon: float | None = None
    lat: float | None = None
    owner: int | None = None
    responsible: int | None = None
    maintainer: int | None = None
    address: str = ""
    words: str = ""
    channel: str = ""
    urgency: str = ""
    at: datetime = datetime(2000, 1, 3, 9)
    workday: bool = True
    works: bool = True

    @property
    def minute(self) -> int:
        """Minutes since midnight."""
        return self.at.hour * 60 + self.at.minute


def folded(text: str) -> str:
    """Words as they are compared: full and half width alike, capitals alike, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
