"""Service requests and their updates as rows of an answer (R6, and the extensions)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from linli.cases.models import Case, CaseEvent
from linli.cases.queries.following import TOLD, WORDS_TOLD
from linli.cases.rules.moves import MOVES
from linli.cases.rules.stages import STAGE_WORDS
from linli.open311.models import Submission
from linli.open311.queries.requests import Seen
from linli.open311.rules.moments import written
from linli.open311.rules.statuses import FINER, ON_HOLD, status_of

Row = dict[str, Any]
#: Moves whose words may be a resident's: never told on, whoever asks.
_OF_RESIDENTS = frozenset({"answer", "reopen", "evaluate"})


def request_rows(seen: list[Seen], *, origin: str, extensions: bool = False) -> list[Row]:
    """The requests in the order given. No query; with `extensions` one, and one more for words."""
    rows = [_request(one, origin) for one in seen]
    if extensions:
        stories = stories_of(one.root for one in seen)
        for i, one in enumerate(seen):
            rows[i] |= _besides(one, stories[one.root.pk])
    return rows


def _request(one: Seen, origin: str) -> Row:
    case, root = one.case, one.root
    kind, place = case.case_class, one.place
    assert kind is not None
    return {
        "service_request_id": case.number,
        "status": status_of(root.stage),
        "status_notes": _notes(one),
        "service_name": kind.label,
        "service_code": kind.code,
        "description": _description(one) or None,
        "agency_responsible": root.lead_unit.label if root.lead_unit else None,
        "service_notice": None,
        "requested_datetime": written(one.requested_at),
        "updated_datetime": written(one.updated_at),
        "expected_datetime": written(root.due_at),
        "address": (case.address if one.whole else _area(case)) or None,
        "address_id": None,
        "zipcode": None,
        "lat": place[1] if place else None,
        "long": place[0] if place else None,
        "media_url": _photo(one, origin),
    }


def _notes(one: Seen) -> str:
    words = str(ON_HOLD if one.root.is_suspended else STAGE_WORDS[one.root.stage])
    if one.root.pk != one.case.pk:
        return _("%(words)s (handled as %(number)s)") % {
            "words": words,
            "number": one.root.number,
        }
    return words


def _description(one: Seen) -> str:
    """To whoever sent it their own words; to staff those of the case; to strangers none."""
    return one.said or (one.case.description if one.whole else "")


def _area(case: Case) -> str:
    return " ".join(area.name for area in (case.community, case.grid) if area is not None)


def _photo(one: Seen, origin: str) -> str | None:
    """The picture of the result, if everybody may see it."""
    if one.photo is None:
        return None
    return origin + reverse("portal:result", args=[one.root.number, one.photo])


# -- extensions -----------------------------------------------------------------------------------
def stories_of(cases: Iterable[Case]) -> dict[int, list[CaseEvent]]:
    """What reporters are told of each case, oldest first. One query."""
    found: dict[int, list[CaseEvent]] = defaultdict(list)
    ids = {case.pk for case in cases}
    for event in CaseEvent.objects.filter(case_id__in=ids, move__in=TOLD).order_by(
        "case_id", "number"
    ):
        found[event.case_id].append(event)
    return found


def _besides(one: Seen, story: list[CaseEvent]) -> Row:
    answers = answers_of(one.submission) if one.submission is not None else []
    return {
        "extended_attributes": {
            "stage": one.root.stage,
            "stage_name": one.root.get_stage_display(),
            "reports": one.root.report_count,
            "handled_as": one.root.number if one.root.pk != one.case.pk else None,
        },
        "attributes": [
            {"code": code, "name": question, "value": words}
            for code, question, _values, words in answers
        ],
        "notes": [_note(one, event) for event in story if _is_told(one, event)],
    }


def answers_of(submission: Submission) -> list[tuple[str, str, list[str], str]]:
    """What was answered to the questions of the service."""
    return [tuple(row) for row in json.loads(submission.answers or "[]")]


def _is_told(one: Seen, event: CaseEvent) -> bool:
    """Others' reports are nobody's business; of the own one strangers know the day alone."""
    return event.move != "add_report" and (one.whole or event.move != "report")


def _note(one: Seen, event: CaseEvent) -> Row:
    return {
        "datetime": written(event.at),
        "description": words_of(one, event),
        "type": event.move,
    }


def words_of(one: Seen, event: CaseEvent) -> str:
    """An event in words: its name; to whoever sent the report also what the centre says there."""
    name = str(MOVES[event.move].label) if event.move in MOVES else str(STAGE_WORDS["reported"])
    tells = one.whole and event.move in WORDS_TOLD and event.move not in _OF_RESIDENTS
    return f"{name}：{event.opinion}" if tells and event.opinion else name


# -- updates --------------------------------------------------------------------------------------
def update_rows(pairs: Iterable[tuple[Seen, CaseEvent]], *, origin: str) -> list[Row]:
    """Service request updates (mySociety's extension). No query."""
    return [
        {
            "update_id": f"{one.root.number}-{event.number}",
            "service_request_id": one.case.number,
            "updated_datetime": written(event.at),
            "status": FINER[event.stage_to],
            "external_status_code": event.stage_to,
            "description": words_of(one, event),
            "media_url": _photo(one, origin) if event.move in ("close", "self_handle") else None,
        }
        for one, event in pairs
    ]
