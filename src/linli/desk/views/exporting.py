"""The list of cases as a file: at once while it is short, else made beside the page."""

from __future__ import annotations

from django.http import FileResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.cases import queries as cases
from linli.cases.forms import read_filter
from linli.desk.queries.listing import table_for_export
from linli.desk.services import csv_pieces, record_export, workbook
from linli.desk.services.exporting import CASES, TYPES, file_name
from linli.desk.views.lists import columns_of
from linli.errands.services import start_errand
from linli.kernel.errors import Refused
from linli.staff.web import StaffRequest, staff_page

AT_ONCE = 5_000  # rows that are written while the person waits


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("cases.export")
def export(request: StaffRequest, kind: str) -> HttpResponseBase:
    """Exactly the rows and columns of the list, as CSV or Excel; written to the access log.

    By POST (`query`: the list's query string) a long list becomes an errand, and the answer leads
    to its page; by GET, which must change nothing, it is refused.
    """
    now = timezone.now()
    wanted, columns = read_filter(list_query(request)), columns_of(request)
    found = cases.filtered(request.user, wanted, now=now).order_by()
    is_long = found.values("pk")[: AT_ONCE + 1].count() > AT_ONCE
    if is_long:
        refuse_to_make_by_get(request)
    record_export(actor=request.user, wanted=wanted, columns=columns, kind=kind, now=now)
    if is_long:
        errand = start_errand(
            actor=request.user,
            kind=CASES.code,
            name=file_name(kind, now),
            asks={"query": wanted.query(), "columns": columns, "kind": kind},
            now=now,
        )
        return redirect("errands:errand", errand.pk)
    rows = table_for_export(request.user, wanted, columns, now=now)
    head, name = next(rows), file_name(kind, now)
    if kind == "csv":
        pieces = csv_pieces(head, rows)
        answer: HttpResponseBase = StreamingHttpResponse(pieces, content_type=TYPES[kind])
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    return FileResponse(workbook(head, rows, now), as_attachment=True, filename=name)


def list_query(request: StaffRequest) -> QueryDict:
    """Which list is asked for as a file: by POST its query string is sent along."""
    return QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET


def refuse_to_make_by_get(request: StaffRequest) -> None:
    """Raises Refused where a long list would become an errand by GET, which must change nothing."""
    if request.method != "POST":
        raise Refused(
            _("More than %d rows: press “Export” in the list, then the file is made for you.")
            % AT_ONCE
        )
