"""Photos that arrive with the form itself, from a browser that runs no scripts."""

from __future__ import annotations

from django.http import QueryDict
from django.utils import timezone

from linli.files import services as files
from linli.staff.web import StaffRequest


def with_files(request: StaffRequest, *names: str) -> QueryDict:
    """The POST data; files sent along are taken in and named by their ids. Raises Refused."""
    data = request.POST.copy()
    for name in names:
        for upload in request.FILES.getlist(f"{name}_file"):
            kept = files.store(
                content=upload,
                name=upload.name or "",
                owner=request.user,
                holder=None,
                now=timezone.now(),
            )
            data.appendlist(name, str(kept.pk))
    return data
