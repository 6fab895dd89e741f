"""The case sheet as a document."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.cases.services.sheets import take_document
from linli.files.services.serving import disposition
from linli.kernel import versions
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page("cases.see")
@versions.learned_once
def sheet_pdf(request: StaffRequest, number: str) -> HttpResponse:
    """案卷单 as PDF, made now, of what the page shows; written to the access log."""
    document = take_document(actor=request.user, number=number, now=timezone.now())
    answer = HttpResponse(document.content, content_type="application/pdf")
    answer["Content-Disposition"] = disposition(document.name, inline=False)
    answer["Cache-Control"] = "private, no-store"
    return answer
