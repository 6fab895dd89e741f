"""`/events` on the site itself: one address is enough, whatever serves the stream."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import Context
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from linli.kernel.templatetags.linli import events_url
from linli.staff.web import public_page


@require_safe
@public_page
def events(request: HttpRequest) -> HttpResponse:
    """Send the browser to the event stream; the stream itself asks who it is."""
    if settings.EVENTS_ORIGIN == "same":
        return HttpResponse(
            _(
                "The proxy has to send /events to the events process, because LINLI_EVENTS_ORIGIN "
                "is “same” (docs/howto/operate.md)."
            ),
            status=404,
            content_type="text/plain; charset=utf-8",
        )
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponse(status=307)
    response["Location"] = events_url(Context({"request": request})) + (
        f"?{query}" if query else ""
    )
    response["Cache-Control"] = "no-store"
    return response
