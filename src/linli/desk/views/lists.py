"""The list of cases: filter, columns, saved filters, export."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import xlsxwriter
from django.contrib import messages
from django.http import FileResponse, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.audit import services as audit
from linli.cases import queries as cases
from linli.cases import services as case_services
from linli.cases.forms import FilterForm, read_filter
from linli.cases.rules.filters import CaseFilter
from linli.desk import services
from linli.desk.queries.columns import columns_for
from linli.desk.queries.listing import Listing, listing, table_for_export, total_of
from linli.desk.rules.columns import COLUMNS, clean_columns
from linli.desk.rules.queues import QUEUES, queue_choices
from linli.kernel.errors import BadInput, Refused
from linli.staff.web import StaffRequest, staff_page

LIST = "cases"
MOST_EXCEL_ROWS = 100_000  # a workbook of more takes minutes; CSV has no bound


@require_safe
@staff_page("cases.see")
def case_list(request: StaffRequest) -> HttpResponse:
    """Fifty cases a page, newest first; everything about it stands in the address."""
    now, refusal = timezone.now(), ""
    try:
        wanted = read_filter(request.GET)
        columns = _columns(request)
        found = listing(
            request.user,
            wanted,
            columns,
            now=now,
            cursor=request.GET.get("cursor", ""),
            before=request.GET.get("before", ""),
            first=_number(request.GET.get("at", "")),
        )
    except BadInput as error:
        wanted, refusal = CaseFilter(), str(error)
        columns = _columns(request)
        found = Listing([], [], 0, 0, "0", None, None)
    context = _around(request, wanted, columns) | {
        "listing": found,
        "refusal": refusal,
        "now": now,
        "here": urlencode({**wanted.query(), **_position(request.GET)}),
    }
    status = 422 if refusal else 200
    if request.htmx and request.htmx.target == "list":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "desk/cases.html#list", context, status=status)
    context["form"] = FilterForm(
        request.user, wanted, request.GET if refusal else None, queues=queue_choices()
    )
    context["saved"] = _saved(request, wanted)
    return render(request, "desk/cases.html", context, status=status)


@require_safe
@staff_page("cases.see")
def case_total(request: StaffRequest) -> HttpResponse:
    """How many cases fit the filter: asked by the list once its rows are on the screen."""
    return HttpResponse(total_of(request.user, read_filter(request.GET), now=timezone.now()))


def _around(request: StaffRequest, wanted: CaseFilter, columns: list[str]) -> dict[str, Any]:
    query = wanted.query()
    return {
        "query": urlencode(query),
        "filtered": bool(query),
        "queue": wanted.queue,
        "queue_words": QUEUES.get(wanted.queue),
        "columns": [(key, column.label, key in columns) for key, column in COLUMNS.items()],
        "may_export": request.user.has_grant("cases.export"),
    }


def _position(query: QueryDict) -> dict[str, str]:
    return {name: str(query[name]) for name in ("cursor", "before", "at") if query.get(name)}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _columns(request: StaffRequest) -> list[str]:
    """The person's columns: asked of the database once a session."""
    kept = request.session.get("desk_columns")
    if kept is None:
        kept = request.session["desk_columns"] = columns_for(request.user, LIST)
    return clean_columns(kept)


def _saved(request: StaffRequest, wanted: CaseFilter) -> list[dict[str, Any]]:
    here = urlencode(wanted.query())
    return [
        {
            "id": one.pk,
            "label": one.name,
            "url": f"{reverse('desk:cases')}?{one.query}",
            "current": one.query == here,
        }
        for one in cases.saved_filters_for(request.user)
    ]


@require_POST
@staff_page("cases.see")
def choose_columns(request: StaffRequest) -> HttpResponse:
    """Which columns this person sees, from now on and in exports."""
    request.session["desk_columns"] = services.choose_columns(
        user=request.user, name=LIST, columns=request.POST.getlist("column")
    )
    return redirect(_back(request))


@require_POST
@staff_page("cases.see")
def save_filter(request: StaffRequest) -> HttpResponse:
    """Keep the filter of this list under a name."""
    try:
        wanted = CaseFilter.parse(dict(QueryDict(request.POST.get("query", "")).lists()))
        kept = case_services.save_filter(
            user=request.user, name=request.POST.get("name", ""), wanted=wanted, now=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal).removeprefix(f"{refusal.field}: "))
        return redirect(_back(request))
    messages.success(request, _("Saved as “%(name)s”.") % {"name": kept.name})
    return redirect(f"{reverse('desk:cases')}?{kept.query}")


@require_POST
@staff_page("cases.see")
def delete_filter(request: StaffRequest, filter_id: int) -> HttpResponse:
    """Forget one of one's own filters."""
    case_services.delete_filter(user=request.user, filter_id=filter_id, now=timezone.now())
    return redirect(_back(request))


def _back(request: StaffRequest) -> str:
    """To the list the person came from, by its query string alone: never to another site."""
    query = request.POST.get("query", "")
    url = f"{reverse('desk:cases')}?{query}" if query else reverse("desk:cases")
    safe = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})
    return url if safe else reverse("desk:cases")


# -- export -------------------------------------------------------------------------------------
@require_safe
@staff_page("cases.export")
def export(request: StaffRequest, kind: str) -> HttpResponseBase:
    """Exactly the rows and columns of the list, as CSV or Excel; written to the access log."""
    now = timezone.now()
    wanted = read_filter(request.GET)
    columns = _columns(request)
    if kind == "xlsx":
        count, exact = cases.count_for(request.user, wanted, now=now)
        if not exact:
            over = cases.filtered(request.user, wanted, now=now).order_by()
            count = over.values("pk")[: MOST_EXCEL_ROWS + 1].count()
            if count > MOST_EXCEL_ROWS:
                raise BadInput(
                    _("More than %(most)d rows: narrow the filter, or take CSV.")
                    % {"most": MOST_EXCEL_ROWS},
                    field="format",
                )
    audit.record(
        actor=request.user,
        action="cases.exported",
        object_type="case_list",
        object_id=kind,
        now=now,
        detail={"filter": {k: v for k, v in wanted.query().items() if k != "q"},
                "columns": columns},
    )  # fmt: skip
    rows = table_for_export(request.user, wanted, columns, now=now)
    name = f"cases-{timezone.localtime(now):%Y%m%d-%H%M}.{kind}"
    if kind == "csv":
        answer: HttpResponseBase = StreamingHttpResponse(
            _csv(rows), content_type="text/csv; charset=utf-8"
        )
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    return FileResponse(_workbook(rows, now), as_attachment=True, filename=name)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterator[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # Excel needs it to read UTF-8
    for row in rows:
        yield writer.writerow(row)


def _workbook(rows: Iterator[list[str]], now: datetime) -> Any:
    """A workbook of one sheet, every cell text, written row by row to a temporary file."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  FileResponse closes it
    book = xlsxwriter.Workbook(
        file,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False},
    )  # fmt: skip
    book.set_properties({"created": timezone.localtime(now).replace(tzinfo=None)})
    text = book.add_format({"num_format": "@", "valign": "top"})
    head = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    sheet = book.add_worksheet(_("Cases"))
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(rows):
        if number == 0:
            sheet.set_column(0, len(row) - 1, 18, text)
        for column, value in enumerate(row):
            sheet.write_string(number, column, value[:32_000], head if number == 0 else text)
    book.close()
    file.seek(0)
    return file
