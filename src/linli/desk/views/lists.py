"""The list of cases: filter, columns, saved filters."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from linli.cases import queries as cases
from linli.cases import services as case_services
from linli.cases.forms import FilterForm, read_filter
from linli.cases.rules.filters import CaseFilter
from linli.desk import services
from linli.desk.queries.columns import columns_for
from linli.desk.queries.listing import Listing, listing, total_of
from linli.desk.rules.columns import COLUMNS, clean_columns
from linli.desk.rules.queues import QUEUES, queue_choices
from linli.kernel import versions
from linli.kernel.errors import BadInput, Refused
from linli.staff.web import StaffRequest, staff_page

LIST = "cases"


@require_safe
@staff_page("cases.see")
@versions.learned_once
def case_list(request: StaffRequest) -> HttpResponse:
    """Fifty cases a page, newest first; everything about it stands in the address."""
    now, refusal = timezone.now(), ""
    try:
        wanted = read_filter(request.GET)
        columns = columns_of(request)
        found = listing(
            request.user,
            wanted,
            columns,
            now=now,
            cursor=request.GET.get("cursor", ""),
            before=request.GET.get("before", ""),
            first=_number(request.GET.get("at", "")),
        )
    except BadInput as error:
        wanted, refusal = CaseFilter(), str(error)
        columns = columns_of(request)
        found = Listing([], [], 0, 0, "0", None, None)
    context = _around(request, wanted, columns) | {
        "listing": found,
        "refusal": refusal,
        "now": now,
        "here": urlencode({**wanted.query(), **_position(request.GET)}),
    }
    status = 422 if refusal else 200
    if request.htmx and request.htmx.target == "list":  # type: ignore[attr-defined]  # django_htmx
        return render(request, "desk/cases.html#list", context, status=status)
    context["form"] = FilterForm(
        request.user, wanted, request.GET if refusal else None, queues=queue_choices()
    )
    context["saved"] = _saved(request, wanted)
    return render(request, "desk/cases.html", context, status=status)


@require_safe
@staff_page("cases.see")
def case_total(request: StaffRequest) -> HttpResponse:
    """How many cases fit the filter: asked by the list once its rows are on the screen."""
    return HttpResponse(total_of(request.user, read_filter(request.GET), now=timezone.now()))


def _around(request: StaffRequest, wanted: CaseFilter, columns: list[str]) -> dict[str, Any]:
    query = wanted.query()
    return {
        "query": urlencode(query),
        "kept": kept_words(request, wanted),
        "without_kept": urlencode(wanted.with_(kept=None).query()),
        "filtered": bool(query),
        "queue": wanted.queue,
        "queue_words": QUEUES.get(wanted.queue),
        "columns": [(key, column.label, key in columns) for key, column in COLUMNS.items()],
        "may_export": request.user.has_grant("cases.export"),
    }


def kept_words(request: StaffRequest, wanted: CaseFilter) -> str:
    """Which number counted the cases that the list is cut to; empty where it is not. One query
    where it is."""
    if wanted.kept is None:
        return ""
    return cases.kept_for(request.user, wanted.kept, now=timezone.now()).words


def _position(query: QueryDict) -> dict[str, str]:
    return {name: str(query[name]) for name in ("cursor", "before", "at") if query.get(name)}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def columns_of(request: StaffRequest) -> list[str]:
    """The person's columns: asked of the database once a session."""
    kept = request.session.get("desk_columns")
    if kept is None:
        kept = request.session["desk_columns"] = columns_for(request.user, LIST)
    return clean_columns(kept)


def _saved(request: StaffRequest, wanted: CaseFilter) -> list[dict[str, Any]]:
    here = urlencode(wanted.query())
    return [
        {
            "id": one.pk,
            "label": one.name,
            "url": f"{reverse('desk:cases')}?{one.query}",
            "current": one.query == here,
        }
        for one in cases.saved_filters_for(request.user)
    ]


@require_POST
@staff_page("cases.see")
def choose_columns(request: StaffRequest) -> HttpResponse:
    """Which columns this person sees, from now on and in exports."""
    request.session["desk_columns"] = services.choose_columns(
        user=request.user, name=LIST, columns=request.POST.getlist("column")
    )
    return redirect(_back(request))


@require_POST
@staff_page("cases.see")
def save_filter(request: StaffRequest) -> HttpResponse:
    """Keep the filter of this list under a name."""
    try:
        wanted = CaseFilter.parse(dict(QueryDict(request.POST.get("query", "")).lists()))
        kept = case_services.save_filter(
            user=request.user, name=request.POST.get("name", ""), wanted=wanted, now=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal).removeprefix(f"{refusal.field}: "))
        return redirect(_back(request))
    messages.success(request, _("Saved as “%(name)s”.") % {"name": kept.name})
    return redirect(f"{reverse('desk:cases')}?{kept.query}")


@require_POST
@staff_page("cases.see")
def delete_filter(request: StaffRequest, filter_id: int) -> HttpResponse:
    """Forget one of one's own filters."""
    case_services.delete_filter(user=request.user, filter_id=filter_id, now=timezone.now())
    return redirect(_back(request))


def _back(request: StaffRequest) -> str:
    """To the list the person came from, by its query string alone: never to another site."""
    query = request.POST.get("query", "")
    url = f"{reverse('desk:cases')}?{query}" if query else reverse("desk:cases")
    safe = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})
    return url if safe else reverse("desk:cases")
