"""Ending the letters of an analysis without signing in."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from linli.analysis.services import stopping
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.limits import admit, source_of
from linli.staff.web import public_page

#: What mail programs post by themselves (RFC 8058), and our own page too.
FIELD, ONE_CLICK = "List-Unsubscribe", "One-Click"


@csrf_exempt  # mail programs post without having seen a page; the signed address is what counts
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """A page that asks; a POST ends the letters. It says nothing of whom they went to."""
    try:
        stopping.posting_of(token)
    except NotFound:  # right links are never counted: nobody is to be locked out of stopping
        admit(
            "analysis.stop", source_of(request), most=settings.PUBLIC_REPORTS_PER_HOUR,
            per=timedelta(hours=1), now=timezone.now(),
        )  # fmt: skip
        raise
    if request.method == "POST":
        if request.POST.get(FIELD) != ONE_CLICK:
            said = _("%(field)s: send “%(value)s”, as the button of the page and mail programs do.")
            raise BadInput(said % {"field": FIELD, "value": ONE_CLICK}, field=FIELD)
        stopping.stop_posting(token=token)
    context = {"stopped": request.method == "POST", "field": FIELD, "value": ONE_CLICK}
    answer = render(request, "analysis/stop.html", context)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
