"""Cases: report, list, read, add a report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from ninja import Router

from linli.api import queries as rows
from linli.api.forms import inputs, outputs
from linli.api.views import parameters
from linli.api.views.door import ApiRequest, answer, query_of, write
from linli.cases import policy, queries, rules, services
from linli.cases.queries.routes import suggestion_for, why_of
from linli.cases.rules.filters import CaseFilter
from linli.files import services as files
from linli.kernel.errors import BadInput
from linli.kernel.web import cursor_values
from linli.routing.queries import Why

router = Router(tags=["Cases"])
MOST_ROWS = 200
_LIST = parameters.names(parameters.FILTERS, parameters.PAGING)


@router.get(
    "/cases",
    response=outputs.CasePage,
    operation_id="list_cases",
    summary="List cases",
    openapi_extra={"parameters": [*parameters.FILTERS, *parameters.PAGING]},
)
def list_cases(request: ApiRequest) -> HttpResponse:
    """The cases you may see, newest first, with the filters of the list on screen."""
    given = query_of(request, *_LIST)
    after = _after(given.pop("cursor", ""))
    size = _size(given.pop("page_size", ""))
    wanted = CaseFilter.parse(dict(given))
    page = rows.case_rows(request.user, wanted, now=timezone.now(), after=after, size=size)
    following = None
    if page.next is not None:
        query = request.GET.copy()
        query["cursor"] = page.next
        following = f"{request.path}?{query.urlencode()}"
    return answer({"cases": page.rows, "cursor": page.next, "next": following})


def _size(text: str) -> int:
    if not text:
        return 50
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST_ROWS):
        raise BadInput(
            _("page_size is a number from 1 to %(most)d.") % {"most": MOST_ROWS}, field="page_size"
        )
    return int(text)


def _after(cursor: str) -> tuple[datetime, int] | None:
    """The last row of the page before. Raises BadInput for what no page gave out."""
    if not cursor:
        return None
    at, case_id = cursor_values(cursor, 2)
    try:
        moment = datetime.fromisoformat(at)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None or type(case_id) is not int or case_id >= 2**63:
        raise BadInput(
            _("cursor is not one that this list gave out. Leave it out to start from the top."),
            field="cursor",
        )
    return moment, case_id


@router.post(
    "/cases",
    response={201: outputs.Filed},
    operation_id="report_case",
    summary="Report a case",
    openapi_extra={"parameters": [parameters.ONCE]},
)
def report_case(request: ApiRequest, body: inputs.ReportIn) -> HttpResponse:
    """Report a problem; it opens a case. Needs the grant `cases.report`."""

    def run() -> tuple[int, dict[str, Any]]:
        filed = services.report(
            description=body.description,
            now=timezone.now(),
            channel=body.channel,
            place=body.place(),
            address=body.address,
            case_class=body.case_class,
            urgency=body.urgency,
            handling=body.handling,
            contact=body.contact.value(),
            wants_call=body.wants_call,
            uploads=body.files,
            actor=request.user,
            language=translation.get_language() or "zh-hans",
            component=body.component,
        )
        return 201, _filed(filed)

    return write(request, run)


def _filed(filed: services.Filed) -> dict[str, Any]:
    number = filed.case.number
    return {
        "number": number,
        "report": filed.report_number,
        "stage": filed.case.stage,
        "seen": filed.case.event_count,
        "due_at": rows.iso(filed.case.due_at),
        "secret": filed.secret,
        "follow_url": follow_url(number, filed.secret),
        "url": case_url(number),
    }


def follow_url(number: str, secret: str) -> str:
    """The page on which the reporter follows the case."""
    return reverse("portal:follow", args=[number, secret])


def case_url(number: str) -> str:
    """The case here."""
    return f"{reverse('api:root')}cases/{number}"


@router.get(
    "/cases/{number}", response=outputs.CaseOut, operation_id="read_case", summary="Read a case"
)
def read_case(request: ApiRequest, number: str) -> HttpResponse:
    """One case with its clocks, and the moves you may make on it now with what each takes."""
    query_of(request)
    now = timezone.now()
    case = rows.case_for(request.user, number)
    row = rows.case_row(case, now)
    base = case_url(case.number)
    row |= {
        "condition": case.condition_id,
        "area_grade": case.area_grade,
        "co_units": case.co_units,
        "assignee": case.assignee_id,
        "self_handled": case.self_handled,
        "verified": case.verified,
        "check_passed": case.check_passed,
        "waiting_for_reporter": case.waiting,
        "pending": case.pending,
        "decider": case.decider_id,
        "merged_into": rows.number_of(request.user, case.merged_into),
        "clocks": rows.clock_rows(case),
        "requests": rows.request_rows(case),
        "moves": [
            {
                "move": name,
                "label": str(move.label),
                "url": f"{base}/moves/{name}",
                "inputs": [item._asdict() for item in move.inputs],
            }
            for name, move in queries.moves_with_forms(request.user, case)
        ],
    }
    for name in ("filed_at", "dispatched_at", "handled_at", "closed_at", "evaluated_at"):
        row[name] = rows.iso(getattr(case, name))
    return answer(row)


@router.get(
    "/cases/{number}/route",
    response=outputs.RouteOut,
    operation_id="read_route",
    summary="Whose work a case is, and why",
)
def read_route(request: ApiRequest, number: str) -> HttpResponse:
    """Why the unit that has the case has it, and whom the rules in force name for it now."""
    query_of(request)
    case = rows.case_for(request.user, number)
    found, present, unit = suggestion_for(case, now=timezone.now()), why_of(case), case.lead_unit
    return answer(
        {
            "present": _why(present, unit.pk, unit.label) if present and unit else None,
            "suggestion": _why(found.why, found.unit, found.label),
            "co_units": [{"id": pk, "name": name} for pk, name in found.co_units.items()],
        }
    )


def _why(why: Why, unit: int | None, name: str) -> dict[str, Any]:
    return {
        "unit": {"id": unit, "name": name} if unit is not None else None,
        "why": why.sentence,
        "taken": why.taken,
        "rule": why.rule_id,
        "rule_set": why.set_id,
    }


@router.get(
    "/cases/{number}/events",
    response=outputs.Events,
    operation_id="list_events",
    summary="The story of a case",
)
def list_events(request: ApiRequest, number: str) -> HttpResponse:
    """What happened to a case, oldest first."""
    query_of(request)
    case = rows.case_for(request.user, number)
    return answer(
        {
            "events": [
                {
                    "number": event.number,
                    "move": event.move,
                    "label": label_of(event.move),
                    "stage_from": event.stage_from,
                    "stage_to": event.stage_to,
                    "at": rows.iso(event.at),
                    "actor": event.actor and (event.actor.name or event.actor.username),
                    "unit": event.unit and {"id": event.unit.pk, "name": event.unit.name},
                    "opinion": event.opinion,
                    "detail": event.detail,
                    "digest": event.digest,
                }
                for event in queries.story_of(case)
            ]
        }
    )


def label_of(move: str) -> str:
    """A move in the reader's language."""
    if move in rules.MOVES:
        return str(rules.MOVES[move].label)
    return {"report": _("Reported"), "add_report": _("Reported again")}.get(move, move)


@router.get(
    "/cases/{number}/reports",
    response=outputs.Reports,
    operation_id="list_reports",
    summary="The reports behind a case",
)
def list_reports(request: ApiRequest, number: str) -> HttpResponse:
    """What people said, oldest first, without who they are."""
    query_of(request)
    case = rows.case_for(request.user, number)
    return answer(
        {
            "reports": [
                {
                    "number": report.number,
                    "channel": report.channel,
                    "description": report.description,
                    "address": report.address,
                    "reported_at": rows.iso(report.reported_at),
                    "wants_call": report.wants_call,
                    "rating": report.rating,
                }
                for report in queries.reports_of(case)
            ]
        }
    )


@router.post(
    "/cases/{number}/reports",
    response={201: outputs.Filed},
    operation_id="add_report",
    summary="Add a report to a case",
    openapi_extra={"parameters": [parameters.ONCE]},
)
def add_report(request: ApiRequest, number: str, body: inputs.FurtherReportIn) -> HttpResponse:
    """Another report of the same problem joins an open case. Needs the grant `cases.report`."""
    case_id = rows.case_id_for(request.user, number)

    def run() -> tuple[int, dict[str, Any]]:
        filed = services.add_report(
            case_id=case_id,
            description=body.description,
            now=timezone.now(),
            channel=body.channel,
            contact=body.contact.value(),
            wants_call=body.wants_call,
            uploads=body.files,
            actor=request.user,
            language=translation.get_language() or "zh-hans",
        )
        return 201, _filed(filed)

    return write(request, run)


@router.get(
    "/cases/{number}/files",
    response=outputs.Files,
    operation_id="list_files",
    summary="The files of a case",
)
def list_files(request: ApiRequest, number: str) -> HttpResponse:
    """Photos, recordings and documents, oldest first."""
    query_of(request)
    case = rows.case_for(request.user, number)
    base = case_url(case.number)
    return answer(
        {
            "files": [
                {
                    "number": file.number,
                    "kind": file.kind,
                    "mime": file.mime,
                    "name": file.name,
                    "size": file.size_bytes,
                    "purpose": file.purpose,
                    "event": file.event_number,
                    "report": file.report_number,
                    "added_at": rows.iso(file.added_at),
                    "url": f"{base}/files/{file.number}",
                }
                for file in queries.files_of(case)
            ]
        }
    )


@router.get(
    "/cases/{number}/files/{file_number}",
    response={200: None},
    operation_id="read_file",
    summary="Download a file",
)
def read_file(request: ApiRequest, number: str, file_number: int) -> HttpResponseBase:
    """The clean copy of a file: without what the camera wrote about place and time."""
    query_of(request)
    case = rows.case_for(request.user, number)
    file = queries.file_of(case, min(max(file_number, 0), 32767))
    return files.respond(request, key=file.key, mime=file.mime, name=file.name, inline=False)


def moved(request: ApiRequest, case: Any) -> dict[str, Any]:
    """How a case stands after a move, for its answer. No query."""
    return {
        "number": case.number,
        "stage": case.stage,
        "seen": case.event_count,
        "due_at": rows.iso(case.due_at),
        "warn_at": rows.iso(case.warn_at),
        "unit": case.lead_unit_id,
        "moves": policy.moves_for(request.user, case)
        if policy.covers(request.user, policy.Facts.of(case))
        else [],
    }
