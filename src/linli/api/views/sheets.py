"""The case sheet (案卷单): as data and as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from linli.api import queries as rows
from linli.api import services as api
from linli.api.forms import outputs
from linli.api.views.cases import case_url
from linli.api.views.door import ApiRequest, answer, query_of
from linli.cases.queries.sheet import details_of
from linli.cases.services import sheets
from linli.files.services.serving import disposition

if TYPE_CHECKING:
    from linli.cases.models import CaseFile
    from linli.cases.queries.reading import Entry, Step

router = Router(tags=["Cases"])


@router.get(
    "/cases/{number}/sheet",
    response=outputs.SheetOut,
    operation_id="read_sheet",
    summary="The case sheet",
)
def read_sheet(request: ApiRequest, number: str) -> HttpResponse:
    """What stands on the sheet of a case, in the words of `Accept-Language`; who reported is
    masked. Written to the access log, as the document is."""
    query_of(request)
    now = timezone.now()
    api.admit_write(actor=request.auth, now=now)
    sheet = sheets.take_sheet(actor=request.user, number=number, now=now)
    base = case_url(sheet.case.number)
    return answer(
        {
            "number": sheet.case.number,
            "made_at": rows.iso(now),
            "steps": [_step(one) for one in sheet.steps],
            "facts": [{"label": label, "words": words} for label, words in sheet.facts],
            "before": [_photo(base, one) for one in sheet.before],
            "after": [_photo(base, one) for one in sheet.after],
            "record": [_entry(one) for one in sheet.record],
            "document": f"{base}/sheet.pdf",
        }
    )


@router.get(
    "/cases/{number}/sheet.pdf",
    response={200: None},
    operation_id="read_sheet_document",
    summary="The case sheet as PDF",
)
def read_sheet_document(request: ApiRequest, number: str) -> HttpResponse:
    """The sheet as it is printed, with photos before and after, made now."""
    query_of(request)
    now = timezone.now()
    api.admit_write(actor=request.auth, now=now)
    document = sheets.take_document(actor=request.user, number=number, now=now)
    found = HttpResponse(document.content, content_type="application/pdf")
    found["Content-Disposition"] = disposition(document.name, inline=False)
    return found


def _step(step: Step) -> dict[str, Any]:
    return {"label": step.label, "state": step.state, "who": step.who, "at": rows.iso(step.at),
            "note": step.note}  # fmt: skip


def _photo(base: str, file: CaseFile) -> dict[str, Any]:
    return {
        "file": file.number,
        "at": rows.iso(file.taken_at or file.added_at),
        "url": f"{base}/files/{file.number}",
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "event": entry.number,
        "move": entry.move,
        "label": entry.title,
        "at": rows.iso(entry.at),
        "who": entry.who,
        "post": entry.post,
        "words": entry.text,
        "details": [{"label": label, "words": words} for label, words in details_of(entry)],
    }
