"""Service request updates, both ways (mySociety's extension)."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from linli.kernel import outbound
from linli.kernel.errors import BadInput, Refused
from linli.kernel.text import clean
from linli.open311.forms.incoming import Given, form_of, query_of
from linli.open311.forms.report import Faults
from linli.open311.queries import requests, sent
from linli.open311.queries.jurisdictions import served_as
from linli.open311.queries.rows import update_rows
from linli.open311.rules import asking
from linli.open311.rules.documents import Document
from linli.open311.rules.moments import moment, span_of
from linli.open311.rules.statuses import STATES
from linli.open311.services import following, reporting, updating
from linli.open311.views.door import door, reader, sender
from linli.open311.views.requests import origin_of

REQUIRED = ("service_request_id", "update_id", "updated_datetime", "status", "description")
MOST_WORDS = 2000


@door("GET", "HEAD", "POST")
def updates(request: HttpRequest) -> Document:
    """What happened to requests; with POST, what happened elsewhere."""
    return _take(request) if request.method == "POST" else _list(request)


def _list(request: HttpRequest) -> Document:
    """start_date and end_date are of the updates; the requests are of the last 90 days."""
    given, now = query_of(request), timezone.now()
    served = served_as(given.text("jurisdiction_id"))
    span = span_of(asking.at("start_date", given), asking.at("end_date", given), now=now)
    wanted = {
        name: given.text(name) for name in ("service_request_id", "service_code", "page", "bbox")
    }
    wanted |= {
        "extensions": "true",  # as many at once as bring their story
        "updated_after": span.start.isoformat(),
        "updated_before": "",
        "page_size": given.text("page_size"),
    }
    asked = asking.read(wanted, now=now)
    pairs = sent.updates_for(reader(request, given), served, asked, now=now)
    within = [(one, event) for one, event in pairs if span.start <= event.at <= span.end]
    return Document("service_request_updates", update_rows(within, origin=origin_of(request)))


def _take(request: HttpRequest) -> Document:
    given, now = form_of(request), timezone.now()
    served = served_as(given.text("jurisdiction_id"))
    by = sender(request, given)
    _check(given)
    status = given.text("status").upper()
    words = clean(given.text("description"), field="description", most=MOST_WORDS)
    url = given.text("media_url")
    media_url = outbound.check_url(url, field="media_url") if url else ""
    reporting.admit(by, now=now)
    number, update_id = given.text("service_request_id"), given.text("update_id")[:100]
    there = following.sent_to(by, number)
    if there is not None:
        following.hear(
            forward=there,
            status=status,
            notes=words,
            media_url=media_url,
            at=moment("updated_datetime", given.text("updated_datetime")),
            now=now,
        )
    else:
        seen = requests.request_for(by, served, number, now=now)
        updating.take_update(
            reader=by,
            found=updating.report_of(by, seen.case),
            update_id=update_id,
            status=status,
            words=words,
            media_url=media_url,
            now=now,
        )
    return Document("service_request_updates", [{"update_id": update_id}])


def _check(given: Given) -> None:
    """Raises Faults: every field is needed, as mySociety's own server has it."""
    faults: list[Refused] = [
        BadInput(_("%(name)s required.") % {"name": name}, field=name)
        for name in REQUIRED
        if not given.text(name)
    ]
    status = given.text("status").upper()
    if status and status not in STATES:
        faults.append(
            BadInput(
                _("status is one of %(known)s.") % {"known": ", ".join(STATES)}, field="status"
            )
        )
    try:
        if given.text("updated_datetime"):
            moment("updated_datetime", given.text("updated_datetime"))
    except BadInput as refusal:
        faults.append(refusal)
    if faults:
        raise Faults(faults)
