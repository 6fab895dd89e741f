"""A report as it has been read, before it is taken in."""

from __future__ import annotations

from dataclasses import dataclass, field

from linli.cases.rules.inputs import Contact, Place
from linli.open311.rules.attributes import Answer


@dataclass
class ReportIn:
    """A report that can be taken in. `words` hold the description and the answers."""

    case_class: str
    words: str
    place: Place | None
    address: str
    contact: Contact
    answers: list[Answer] = field(default_factory=list)
    account_id: str = ""
    media_url: str = ""
