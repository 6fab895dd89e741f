"""The list of components as a file: at once while it is short, else made beside the page."""

from __future__ import annotations

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from linli.components import queries, services
from linli.components.rules.filters import ComponentFilter
from linli.desk.views.exporting import AT_ONCE, list_query, refuse_to_make_by_get
from linli.errands.services import start_errand
from linli.staff.web import StaffRequest, staff_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("components.export")
def export_components(request: StaffRequest, kind: str) -> HttpResponseBase:
    """Exactly what the list shows, as an import reads it back; written to the access log.

    By POST (`query`: the list's query string) a long list becomes an errand, and the answer leads
    to its page; by GET, which must change nothing, it is refused.
    """
    now = timezone.now()
    asked = list_query(request)
    wanted = ComponentFilter.parse({name: asked.getlist(name) for name in asked})
    is_long = len(queries.codes_for(request.user, wanted, size=AT_ONCE + 1)) > AT_ONCE
    if is_long:
        refuse_to_make_by_get(request)
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
