"""案卷单 (standards §5.3): facts, photos before and after, the whole record; also set on paper."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from linli.cases import policy, queries
from linli.cases.models import CaseFile
from linli.cases.queries import choosing, clock_words, reading, requests
from linli.cases.queries.things import thing_of
from linli.files import services as files
from linli.kernel import paper
from linli.kernel.errors import NotFound
from linli.kernel.seal import mask_phone

if TYPE_CHECKING:
    from linli.cases.models import Case, CaseEvent
    from linli.staff.models import User

SOURCE = Path(__file__).parent.parent / "paper" / "case_sheet.typ"
MOST_PHOTOS = 3  # of each side
LONG_EDGE = 1_000  # pixels of a photo: 300 dots an inch at the size it has on paper
_BEFORE = (CaseFile.Purpose.REPORT, CaseFile.Purpose.VERIFY, CaseFile.Purpose.BEFORE)
_AFTER = (CaseFile.Purpose.AFTER, CaseFile.Purpose.CHECK)
_DASH = "–"


@dataclass(frozen=True)
class Sheet:
    """What stands on the sheet of a case. `facts` are pairs of a label and its words; the reporter
    is masked as on the page."""

    case: Case
    steps: list[reading.Step]
    facts: list[tuple[str, str]]
    before: list[CaseFile]
    after: list[CaseFile]
    record: list[reading.Entry]


def sheet_of(user: User, case: Case) -> Sheet:
    """The sheet of a case that `user` has found, in the language of the screen. Fourteen queries
    or so."""
    story, kept = queries.story_of(case), queries.files_of(case)
    photos = [one for one in kept if one.kind == "photo"]
    return Sheet(
        case=case,
        steps=reading.steps_of(case, story),
        facts=_facts(user, case, story),
        before=[one for one in photos if one.purpose in _BEFORE][:MOST_PHOTOS],
        after=[one for one in photos if one.purpose in _AFTER][-MOST_PHOTOS:],
        record=reading.story_entries(case, story, kept),
    )


def sheet_pdf(sheet: Sheet) -> bytes:
    """The sheet as it is printed, with its photos. Raises paper.NoFont."""
    pictures: dict[str, bytes] = {}
    data: dict[str, Any] = {
        "lang": "zh" if (get_language() or "").startswith("zh") else "en",
        "title": _("Case sheet"),
        "office": str(settings.SITE_NAME),
        "number": sheet.case.number,
        "steps": [_step(one) for one in sheet.steps],
        "facts": sheet.facts,
        "sides": [
            {"label": _("Before"), "photos": _photos(sheet.before, pictures)},
            {"label": _("After"), "photos": _photos(sheet.after, pictures)},
        ],
        "record": {
            "label": _("Record"),
            "heads": [_("When"), pgettext("step", "What"), _("Who"), _("Opinion")],
            "rows": [_row(one, sheet.case.description) for one in sheet.record],
        },
        "signs": [_("Leader's opinion"), _("Received by (unit, person, date)")],
        "foot": _("The unit keeps a copy; the original goes back to the centre."),
    }
    return paper.pdf(SOURCE, data, pictures)


def file_name(case: Case) -> str:
    """What the document is called when it is kept."""
    return f"{_('Case sheet')}-{case.number}.pdf"


def _moment(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else _DASH


def _step(step: reading.Step) -> dict[str, str]:
    who = [step.who, _moment(step.at) if step.at else "", step.note]
    return {"label": step.label, "state": step.state, "who": "\n".join(filter(None, who))}


def _facts(user: User, case: Case, story: list[CaseEvent]) -> list[tuple[str, str]]:
    """Pairs of a label and its words, as they stand on the sheet; the last ones are long."""
    kind, condition, thing = case.case_class, case.condition, thing_of(user, case)
    running = [one for one in clock_words.clock_rows(queries.clocks_of(case)) if not one.ended_at]
    limits = "；".join(f"{one.stage} {one.limit}" for one in running)
    co_units = "、".join(choosing.unit_names(case.co_units).values())
    where = [one.name for one in (case.district, case.street, case.community, case.grid) if one]
    place = f"{case.place.x:.6f}, {case.place.y:.6f}" if case.place else _DASH
    label = f"{kind.code} {kind.major_label} · {kind.label}" if kind else _DASH
    unit = case.lead_unit.label if case.lead_unit else _DASH
    asked = [
        "　".join([one.what, one.answer_words, _moment(one.due_to) if one.due_to else ""]).strip()
        for one in requests.requests_of(story)
    ]
    pairs = [
        (_("Class"), label), (_("Stage"), case.get_stage_display()),
        (_("Filing condition"), condition.label if condition else _DASH),
        (_("Closed when"), condition.closing_label if condition else _DASH),
        (_("Urgency"), case.get_urgency_display()), (_("Handling"), case.get_handling_display()),
        (_("Sent by"), case.centre.label), (_("Unit"), f"{unit} {co_units}".strip()),
        (_("Channel"), case.get_channel_display()), (_("Number of reports"), case.report_count),
        (_("Reported at"), _moment(case.reported_at)),
        (_("Due"), f"{_moment(case.due_at)} {limits}".strip()),
        (_("Timing grade"), case.area_grade or _DASH),
        (_("Component"), f"{thing.label} {thing.component.number}" if thing else _DASH),
        (pgettext("sheet", "Reporter"), _reporters(user, case)),
        (_("Longitude, latitude"), place),
        (_("Place"), " · ".join(where) or _DASH), (_("Address"), case.address or _DASH),
        *([(_("More time and suspension"), "\n".join(asked))] if asked else []),
        (_("What was reported"), case.description or _DASH),
    ]  # fmt: skip
    return [(str(name), str(words)) for name, words in pairs]


def _reporters(user: User, case: Case) -> str:
    """Behind stars for those who call back, hidden for everybody else (P15)."""
    if policy.may_read_contacts(user, case) is None:
        return "***"
    contacts = queries.contacts_of(case)
    found = [contacts.get(report.number) for report in queries.reports_of(case)]
    return "；".join(
        (mask_phone(one.phone) or _("no number")) if one else _("Anonymous") for one in found
    )


def _photos(kept: Iterable[CaseFile], pictures: dict[str, bytes]) -> list[dict[str, str]]:
    """Their captions; the pictures themselves go into `pictures`. One that is gone says so."""
    from linli.files.rules.photos import smaller  # late: five megabytes of codecs

    found = []
    for one in kept:
        name = f"photo-{one.number}.jpg"
        try:
            pictures[name] = smaller(io.BytesIO(files.content_of(one.key)), LONG_EDGE)
        except (NotFound, ValueError):
            name = ""
        found.append({"name": name, "words": _moment(one.taken_at or one.added_at)})
    return found


def details_of(entry: reading.Entry) -> list[tuple[str, str]]:
    """What an event changed, as labels and plain words."""
    return [(one.label, strip_tags(str(one.value))) for one in entry.details]


def _row(entry: reading.Entry, reported: str) -> list[str]:
    """A line of the record; what was reported stands among the facts, once is enough."""
    details = [f"{label}：{words}" for label, words in details_of(entry)]
    who = "\n".join(filter(None, [entry.who, entry.post]))
    text = "" if entry.text == reported else entry.text
    return [_moment(entry.at), entry.title, who, "\n".join(filter(None, [text, *details]))]
