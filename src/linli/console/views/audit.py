"""The access log, the sign-ins, the seals (audit administrator)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from linli.audit import queries as audit
from linli.audit.services import record
from linli.console.forms.lists import LogFilter
from linli.console.queries import log as queries
from linli.console.rules import areas
from linli.console.rules.tables import Cell, Table, row
from linli.console.views.answering import asked, list_page, older
from linli.kernel.cells import csv_bytes
from linli.kernel.errors import NotFound
from linli.staff.web import StaffRequest, staff_page


def _narrowed(request: StaffRequest, form: LogFilter) -> audit.Filters | None:
    """The filters asked for; None (with an error at the field) if nobody has the name."""
    try:
        return queries.filters_of(asked(form))
    except NotFound as refusal:
        form.add_error("who", str(refusal))
        return None


def _log_page(
    request: StaffRequest,
    form: LogFilter,
    filters: audit.Filters | None,
    *,
    title: str,
    export: str,
) -> HttpResponse:
    cursor = request.GET.get("cursor")
    page = queries.LogPage([], None)
    if filters is not None:
        page = queries.log_page(request.user, filters, cursor=cursor)
    table = Table(
        heads=(
            _("Time"),
            pgettext("console", "Who"),
            _("Action"),
            _("Object"),
            _("Purpose"),
            _("Details"),
        ),
        rows=[
            row(
                Cell(text=timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M:%S"), whole=True),
                line.who,
                line.label,
                f"{line.object_type} {line.object_id}",
                line.purpose,
                Cell(text=_words_of(line.detail), quiet=True),
            )
            for line in page.lines
        ],
        older=older(request, page.next),
        empty=_("No entry fits."),
        icon="history",
    )
    return list_page(
        request, table, title=title, form=form, export_url=export, status_wrong=bool(form.errors)
    )


def _words_of(detail: Any) -> str:
    return json.dumps(detail, ensure_ascii=False) if detail else ""


@require_safe
@staff_page(areas.AUDIT)
def log(request: StaffRequest) -> HttpResponse:
    """Who did what, when, to what; reading it is remembered too."""
    form = LogFilter(request.GET)
    filters = _narrowed(request, form)
    if not request.GET.get("cursor"):
        record(
            actor=request.user,
            action="audit.read",
            object_type="log",
            object_id="",
            now=timezone.now(),
            detail={k: v for k, v in request.GET.items() if k in ("action", "object_type") and v},
        )
    params = request.GET.copy()
    params.pop("cursor", None)
    export = reverse("console:export_log") + f"?{params.urlencode()}"
    return _log_page(request, form, filters, title=_("Access log"), export=export)


@require_safe
@staff_page(areas.AUDIT)
def sign_ins(request: StaffRequest) -> HttpResponse:
    """Who signed in and out, and who tried."""
    form = LogFilter(request.GET, actions=queries.SIGN_INS)
    for name in ("object_type", "object_id"):
        del form.fields[name]
    filters = _narrowed(request, form)
    if filters is not None and not filters.action:
        action = request.GET.get("action") or "staff.signed_in"
        form.data = {**form.data.dict(), "action": action}  # type: ignore[attr-defined]  # a QueryDict
        filters = audit.Filters(**{**filters.__dict__, "action": action})
    export = reverse("console:export_log") + "?action=" + (filters.action if filters else "")
    return _log_page(request, form, filters, title=_("Sign-ins"), export=export)


@require_safe
@staff_page(areas.AUDIT)
def export_log(request: StaffRequest) -> HttpResponseBase:
    """The log as the filters leave it, as CSV; the export is remembered."""
    form = LogFilter(request.GET)
    filters = queries.filters_of(asked(form))
    record(
        actor=request.user,
        action="audit.exported",
        object_type="log",
        object_id="",
        now=timezone.now(),
    )
    lines = queries.log_lines(request.user, filters)
    answer = StreamingHttpResponse(_csv(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="access-log.csv"'
    return answer


def _csv(lines: Iterator[queries.Line]) -> Iterator[bytes]:
    heads = [
        _("No."),
        _("Time"),
        pgettext("console", "Who"),
        _("Action"),
        _("Kind of object"),
        _("Object"),
        _("Purpose"),
        _("Details"),
    ]
    yield csv_bytes(heads, [])
    for line in lines:
        cells = [
            str(line.id),
            timezone.localtime(line.at).isoformat(timespec="seconds"),
            line.who,
            line.label,
            line.object_type,
            line.object_id,
            line.purpose,
            _words_of(line.detail),
        ]
        yield csv_bytes(cells, []).removeprefix(b"\xef\xbb\xbf")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(areas.AUDIT)
def seals(request: StaffRequest) -> HttpResponse:
    """How far the log is sealed, and the proof that nobody has changed it."""
    verdict = None
    if request.method == "POST":
        verdict = audit.verify_seals()
        record(
            actor=request.user,
            action="audit.verified",
            object_type="log",
            object_id="",
            now=timezone.now(),
            detail={"holds": verdict.holds, "entries": verdict.entries, "seals": verdict.seals},
        )
    seal = audit.last_seal()
    last = audit.last_entry_id()
    context = {
        "verdict": verdict,
        "seal": seal,
        "digest": bytes(seal.digest).hex() if seal else "",
        "last": last,
        "behind": last - (seal.to_id if seal else 0),
    }
    return render(request, "console/seals.html", context)
