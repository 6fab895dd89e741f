"""The list of components as a file: at once while it is short, else made beside the page."""

from __future__ import annotations

from django.http import FileResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from linli.components import queries, services
from linli.components.rules.filters import ComponentFilter
from linli.errands.services import start_errand
from linli.kernel.errors import Refused
from linli.staff.web import StaffRequest, staff_page

AT_ONCE = 5_000  # rows that are written while the person waits


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("components.export")
def export_components(request: StaffRequest, kind: str) -> HttpResponseBase:
    """Exactly what the list shows, as an import reads it back; written to the access log.

    By POST (`query`: the list's query string) a long list becomes an errand, and the answer leads
    to its page; by GET, which must change nothing, it is refused.
    """
    now = timezone.now()
    asked = QueryDict(request.POST.get("query", "")) if request.method == "POST" else request.GET
    wanted = ComponentFilter.parse({name: asked.getlist(name) for name in asked})
    is_long = len(queries.codes_for(request.user, wanted, size=AT_ONCE + 1)) > AT_ONCE
    if is_long and request.method != "POST":
        raise Refused(
            _("More than %d rows: press “Export” in the list, then the file is made for you.")
            % AT_ONCE
        )
    services.record_export(actor=request.user, wanted=wanted, kind=kind, now=now)
    if is_long:
        errand = start_errand(
            actor=request.user,
            kind=services.EXPORT.code,
            name=services.file_name(kind, now),
            asks={"query": wanted.query(), "kind": kind},
            now=now,
        )
        return redirect("errands:errand", errand.pk)
    _count, content = services.export_for(request.user, wanted, kind, now)
    return FileResponse(
        content,
        as_attachment=True,
        filename=services.file_name(kind, now),
        content_type=services.TYPES[kind],
    )
