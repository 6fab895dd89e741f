"""Pictures of cases that were sent on, for the system that has them."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from linli.files import services as files
from linli.open311.services import showing
from linli.staff.web import public_page


@require_safe
@public_page
def picture(request: HttpRequest, token: str) -> HttpResponseBase:
    """The photo that the address was made for. Raises NotFound."""
    row = showing.picture_of(token, now=timezone.now())
    return files.respond(request, key=row.key, mime=row.mime, name=row.name)
