"""The case sheet as a document."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.audit.services import record
from linli.cases import queries
from linli.cases.queries.sheet import case_sheet, file_name
from linli.files.services.serving import disposition
from linli.kernel import versions
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page("cases.see")
@versions.learned_once
def sheet_pdf(request: StaffRequest, number: str) -> HttpResponse:
    """案卷单 as PDF, made now, of what the page shows; written to the access log."""
    found = queries.case_for(request.user, number)
    answer = HttpResponse(case_sheet(request.user, found), content_type="application/pdf")
    record(
        actor=request.user, action="cases.sheet_taken", object_type="case", object_id=found.number,
        now=timezone.now(),
    )  # fmt: skip
    answer["Content-Disposition"] = disposition(file_name(found), inline=False)
    answer["Cache-Control"] = "private, no-store"
    return answer
