"""What was asked for and granted beyond the limit: more time and suspensions, by the record.

Read from the events alone, so that old cases show theirs too. No personal data of residents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from linli.cases.models import CaseEvent
from linli.cases.queries.clock_words import limit_words
from linli.cases.queries.settings import settings
from linli.cases.rules.consents import SECOND

if TYPE_CHECKING:
    from linli.cases.models import Case


class Answer(StrEnum):
    """How a request stands."""

    WAITS = "waits"  # for the first consent
    WAITS_SECOND = "waits_second"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # by the unit that had asked
    DROPPED = "dropped"  # the unit reported back, or the case left it, before anybody decided


_KINDS = {
    "ask_extension": "extension", "endorse_extension": "extension", "extend": "extension",
    "consent_extension": "extension", "refuse_extension": "extension",
    "ask_suspension": "suspension", "endorse_suspension": "suspension", "suspend": "suspension",
    "consent_suspension": "suspension", "refuse_suspension": "suspension",
    "refuse_consent": "", "withdraw_request": "",
}  # fmt: skip
_ASKING = frozenset({"ask_extension", "ask_suspension"})
_ENDORSING = frozenset({"endorse_extension", "endorse_suspension"})
_REFUSING = frozenset({"refuse_extension", "refuse_suspension", "refuse_consent"})
_OVERTAKING = frozenset({"report_back", "decline", "void"})
TOLD_OF = frozenset(_KINDS) | _OVERTAKING | {"resume"}


@dataclass(frozen=True)
class Said:
    """Who said something, from which post, when, and in which words."""

    who: str
    post: str
    at: datetime
    words: str

    @classmethod
    def by(cls, event: CaseEvent) -> Said:
        parts = [event.unit.label if event.unit else "", event.post.label if event.post else ""]
        who = str(event.actor) if event.actor else _("System")
        return cls(who, " · ".join(filter(None, parts)), event.at, event.opinion)


@dataclass
class Request:
    """One request, or a suspension of the centre's own accord (`asked` None).

    `due_from` and `due_to` are of the unit's clock; of a suspension `due_to` is known once the case
    goes on.
    """

    kind: str  # extension, suspension
    limit: list[str] | None = None
    until: date | None = None
    answer: Answer = Answer.WAITS
    asked: Said | None = None
    consents: list[Said] = field(default_factory=list)
    refusal: Said | None = None
    withdrawal: Said | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None

    @property
    def what(self) -> str:
        """“2 working hours more”, “suspension until 2026-12-01”."""
        if self.kind == "extension":
            return _("%(limit)s more") % {"limit": limit_words(self.limit) if self.limit else "–"}
        return _("suspension until %(day)s") % {"day": self.until.isoformat() if self.until else ""}

    @property
    def answer_words(self) -> str:
        return {
            Answer.WAITS: pgettext("request", "waits for the first consent"),
            Answer.WAITS_SECOND: pgettext("request", "waits for the second consent"),
            Answer.GRANTED: pgettext("request", "granted"),
            Answer.REFUSED: pgettext("request", "refused"),
            Answer.WITHDRAWN: pgettext("request", "withdrawn"),
            Answer.DROPPED: pgettext("request", "overtaken"),
        }[self.answer]

    @property
    def has_two(self) -> bool:
        """Whether the first consent is the first of two: more than one tier has been asked."""
        passed_up = self.answer != Answer.GRANTED and bool(self.consents)
        return passed_up or len(self.consents) == 2

    @property
    def is_open(self) -> bool:
        return self.answer in (Answer.WAITS, Answer.WAITS_SECOND)


def requests_of(story: Iterable[CaseEvent]) -> list[Request]:
    """The requests of a case, oldest first, from its events in order. No query."""
    found: list[Request] = []
    now_open: Request | None = None
    for event in story:
        if event.move == "resume":
            _goes_on(found, event)
        elif event.move in _OVERTAKING and now_open is not None:
            now_open.answer, now_open = Answer.DROPPED, None
        if event.move not in _KINDS:
            continue
        kind = _KINDS[event.move]
        other = now_open is not None and kind not in ("", now_open.kind)
        request = None if other else now_open  # a case suspended while more time is asked for
        if request is None:
            request = Request(kind)
            found.append(request)
        _note(request, event)
        if not other:
            now_open = request if request.is_open else None
    return found


def _note(request: Request, event: CaseEvent) -> None:
    detail = event.detail
    request.limit = detail.get("limit") or request.limit
    if detail.get("until"):
        request.until = date.fromisoformat(detail["until"])
    if event.move in _ASKING:
        request.asked = Said.by(event)
    elif event.move in _REFUSING:
        request.refusal, request.answer = Said.by(event), Answer.REFUSED
    elif event.move == "withdraw_request":
        request.withdrawal, request.answer = Said.by(event), Answer.WITHDRAWN
    else:
        request.consents.append(Said.by(event))
        second = event.move in _ENDORSING or detail.get("waits_for") in SECOND
        request.answer = Answer.WAITS_SECOND if second else Answer.GRANTED
        request.due_from, request.due_to = _due(event)


def _due(event: CaseEvent) -> tuple[datetime | None, datetime | None]:
    """The due time before and after; cases from before noted that of the stage alone."""
    due = event.detail.get("due") or {}
    old, new = event.detail.get("term") or (due.get("from"), due.get("to"))
    return _moment(old), _moment(new)


def _goes_on(found: list[Request], event: CaseEvent) -> None:
    for request in reversed(found):
        if request.kind == "suspension" and request.answer == Answer.GRANTED:
            request.due_to = request.due_to or _due(event)[1]
            return


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def request_events(case: Case) -> list[CaseEvent]:
    """The events that `requests_of` reads, oldest first. One query."""
    rows = CaseEvent.objects.filter(case_id=case.pk, move__in=sorted(TOLD_OF))
    return list(rows.select_related("actor", "post", "unit").order_by("number"))


def pending_words(case: Case, requests: Iterable[Request]) -> str:
    """What is asked for and who has to decide, in a sentence; empty where nothing is."""
    request = next((one for one in requests if one.is_open), None)
    if request is None:
        return ""
    if request.answer == Answer.WAITS_SECOND:
        return _("%(what)s: first consent by %(post)s; now %(centre)s decides.") % {
            "what": request.what,
            "post": request.consents[-1].post or request.consents[-1].who,
            "centre": case.decider.label if case.decider else case.centre.label,
        }
    return _("%(unit)s asks for %(what)s; %(centre)s decides.") % {
        "unit": case.lead_unit.label if case.lead_unit else "",
        "what": request.what,
        "centre": case.centre.label,
    }


def bounds_words(move: str) -> str:
    """What the city allows to ask for by `move`, in a sentence; empty for other moves. One query
    for those that ask."""
    if move == "ask_extension":
        numbers = settings()
        return _(
            "At most %(times)d times a case, and %(most)d %% of the original limit at once. Beyond"
            " %(alone)d %%, and from time %(from)d on, the tier above consents too."
        ) % {
            "times": numbers.extensions_most,
            "most": numbers.extension_percent_most,
            "alone": numbers.extension_percent_alone,
            "from": numbers.extensions_alone + 1,
        }
    if move in ("ask_suspension", "suspend", "endorse_suspension"):
        numbers = settings()
        return _(
            "Once a case, at most %(most)d days. Beyond %(alone)d days the tier above consents too."
        ) % {"most": numbers.suspension_days, "alone": numbers.suspension_days_alone}
    return ""
