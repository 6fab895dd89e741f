"""What every face answers alike: the files of a case, and the way from a number to the desk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from linli.cases import queries
from linli.cases.services.keeping import keep_cases
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


def go_on_at_desk(
    request: StaffRequest, case_ids: Iterable[int], *, words: str, now: datetime
) -> HttpResponse:
    """To these cases in the desk's list, with its filters and moves; `words`: which number counted
    them. Raises BadInput for no case."""
    kept = keep_cases(actor=request.user, case_ids=case_ids, words=words, now=now)
    return redirect(f"{reverse('desk:cases')}?kept={kept.pk}")
