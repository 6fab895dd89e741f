"""The files of a case, for every face: shown to those who may see the case."""

from __future__ import annotations

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from linli.cases import queries
from linli.files import services as files
from linli.staff.web import StaffRequest, staff_page


@require_safe
@staff_page("cases.see")
def file(request: StaffRequest, number: str, file_number: int) -> HttpResponseBase:
    """One file of a case, whole or in the parts a player asks for."""
    found = queries.file_of(queries.case_for(request.user, number), file_number)
    return files.respond(request, key=found.key, mime=found.mime, name=found.name)


@require_safe
@staff_page("cases.see")
def thumb(request: StaffRequest, number: str, file_number: int) -> HttpResponseBase:
    """The preview of a photo; of other files the file itself."""
    found = queries.file_of(queries.case_for(request.user, number), file_number)
    if not found.thumb_key:
        return files.respond(request, key=found.key, mime=found.mime, name=found.name)
    return files.respond(request, key=found.thumb_key, mime="image/jpeg", name=found.name)
