"""Reporting a problem: one page, with or without scripts, with or without a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.cases import queries as cases
from linli.cases import services
from linli.components import queries as components
from linli.files import queries as uploads
from linli.kernel import limits
from linli.kernel.errors import BadInput, NotFound, Refused
from linli.portal.forms.photos import holder_of, refuse_too_much, upload_url
from linli.portal.forms.report import FIELDS, ReportForm, join_token, new_key, point_of
from linli.portal.queries import choices
from linli.portal.rules import MOST_WORDS
from linli.staff.web import public_page
from linli.suggestions import queries as suggestions
from linli.territory import queries as territory

CHANNEL = "portal"
NOTHING = components.Choosing([], "", "")


@csrf_exempt  # only until the announced length has been looked at; `_submit` is protected
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def report(request: HttpRequest) -> HttpResponse:
    """The form; a POST answers with the receipt, or with the form and what is wrong (422)."""
    if request.method == "POST":
        refuse_too_much(request)
        return _submit(request)
    return _page(request, ReportForm(request))


@csrf_protect
def _submit(request: HttpRequest) -> HttpResponse:
    form = ReportForm(request, request.POST)
    if not request.POST.get("description", "").strip():
        form.named = {c.code: c.label for c in choices.class_choices(on=timezone.localdate())}
    if "find" in request.POST or not form.is_valid():  # “find” looks up the address, script-free
        return _page(request, form, status=200 if "find" in request.POST else 422)
    # In this order: of a form sent twice at once, the second would find the first one similar.
    unseen = _unseen_similar(request, form)
    before = services.sent_before(form.cleaned_data["submission_key"])
    if before is not None:
        return redirect("portal:receipt", before.case.number, before.secret)
    if unseen:
        return _page(request, form, status=422, ask=True)
    try:
        filed = _send(request, form)
    except Refused as refusal:
        form.refuse(refusal, FIELDS)
        return _page(request, form, status=max(refusal.status, 422))
    return redirect("portal:receipt", filed.case.number, filed.secret)


def _send(request: HttpRequest, form: ReportForm) -> services.Filed:
    now, given = timezone.now(), form.cleaned_data
    admit(request)
    common: dict[str, Any] = {
        "description": given["description"],
        "now": now,
        "channel": CHANNEL,
        "contact": form.contact(),
        "wants_call": given["wants_call"],
        "uploads": form.photo_ids,
        "holder": holder_of(request),
        "submission_key": given["submission_key"],
        "language": translation.get_language() or "zh-hans",
    }
    case_id = form.joined()
    if case_id is not None:
        return services.add_report(case_id=case_id, **common)
    return services.report(
        place=given["place"],
        address=given["address"],
        case_class=given["case_class"] or None,
        component=given["component"],
        **common,
    )


def admit(request: HttpRequest) -> None:
    """Bound what one connection may send in an hour. Raises TooMany."""
    limits.admit(
        "portal.report",
        limits.source_of(request),
        most=settings.PUBLIC_REPORTS_PER_HOUR,
        per=timedelta(hours=1),
        now=timezone.now(),
    )


def _unseen_similar(request: HttpRequest, form: ReportForm) -> bool:
    """Whether there are similar reports that the person has not been asked about (R74)."""
    given = form.cleaned_data
    if given["join"] or given["similar_seen"]:
        return False
    return bool(_similar_to(given, _pictures(request, form.photo_ids)))


def _pictures(request: HttpRequest, photo_ids: Sequence[str]) -> tuple[int, ...]:
    return uploads.fingerprints_of(photo_ids, owner=None, holder=holder_of(request))


def _similar_to(data: Any, pictures: tuple[int, ...] = ()) -> list[cases.PublicCase]:
    point = point_of(data)
    if point is None:
        return []
    code = data.get("case_class") or ""
    class_id = choices.class_id(code, on=timezone.localdate()) if code else None
    return cases.public_similar(
        lon=point[0], lat=point[1], at=timezone.now(), class_id=class_id, pictures=pictures
    )


def _page(
    request: HttpRequest, form: ReportForm, *, status: int = 200, ask: bool = False
) -> HttpResponse:
    on = timezone.localdate()
    data: Any = form.data if form.is_bound else request.GET
    choose = _choosing(request, data)
    thing = next((one for one in choose.choices if one.code == choose.chosen), None)
    if not form.is_bound and thing is not None:
        data = _with_component(request.GET, thing)
    all_classes = choices.class_choices(on=on)
    code = data.get("case_class", "")
    tiles = choices.tiles_of(all_classes, code)
    point = point_of(data)
    centre = point or _centre(request)
    words = data.get("address", "")
    pictures = _pictures(request, [one.id for one in form.kept]) if point else ()
    context = {
        "form": form,
        "data": data,
        "key": data.get("submission_key") or new_key(),
        "upload_url": upload_url(),
        "tiles": tiles,
        "classes": [each for each in all_classes if each not in tiles],  # of two radios one is set
        "found": choices.places_found(words, centre) if "find" in data and words else None,
        "centre": centre,
        "point": point if data.get("lon") else None,
        "similar": [(c, join_token(c.case_id)) for c in _similar_to(data, pictures)],
        "spot": _spot(point),
        "choose": choose,
        "ask": ask,
        "status": status,
    }
    return render(request, "portal/report.html", context, status=status)


def _choosing(request: HttpRequest, data: Any) -> components.Choosing:
    """The components to choose from near the place of a form's data; none to whoever asks too
    often, so that nobody reads the register through this door."""
    point, named = point_of(data), data.get("component") or ""
    if point is None and not named:
        return NOTHING
    try:
        limits.admit(
            "portal.components",
            limits.source_of(request),
            most=settings.PUBLIC_COMPONENTS_PER_HOUR,
            per=timedelta(hours=1),
            now=timezone.now(),
        )
        return components.choosing(None, point, named)
    except Refused:
        return NOTHING


def _with_component(query: QueryDict, thing: components.Choice) -> QueryDict:
    """The form as a label opens it: the component's place and class filled in."""
    data = query.copy()
    data["lon"], data["lat"], data["crs"] = f"{thing.lon:.6f}", f"{thing.lat:.6f}", "wgs84"
    data["address"] = data.get("address") or thing.address
    data["case_class"] = data.get("case_class") or thing.class_code
    return data


def _centre(request: HttpRequest) -> tuple[float, float] | None:
    """Where the map starts: in the grid of the link, or in the middle of the city."""
    on = timezone.localdate()
    if code := request.GET.get("grid"):
        try:
            grid = territory.grid_by_code(code[:24], on=on)
            return choices.middle(territory.bounds_of("grid", grid.pk, on=on))
        except NotFound:
            pass
    return choices.middle(choices.home_bounds(on=on))


def _spot(point: tuple[float, float] | None) -> choices.Spot | None:
    if point is None:
        return None
    try:
        return choices.spot_at(*point, on=timezone.localdate())
    except BadInput:
        return None


# -- fragments, asked for while somebody fills in the form -----------------------------------------
@require_safe
@public_page
def places(request: HttpRequest) -> HttpResponse:
    """Places that answer to ?q= (or ?address=), as choices of the form."""
    words = request.GET.get("q") or request.GET.get("address") or ""
    found = choices.places_found(words[:100], point_of(request.GET))
    return render(request, "portal/places.html", {"found": found, "words": words[:100]})


@require_safe
@public_page
def where(request: HttpRequest) -> HttpResponse:
    """What grid ?lon=&lat= lies in, in a sentence."""
    spot = _spot(point_of(request.GET))
    return render(request, "portal/where.html", {"spot": spot})


@require_safe
@public_page
def components_near(request: HttpRequest) -> HttpResponse:
    """Components near the place, to say which one it is about."""
    return render(request, "components/choose.html", {"choose": _choosing(request, request.GET)})


@require_safe
@public_page
def similar(request: HttpRequest) -> HttpResponse:
    """Open cases near the place that may be the same problem, to be joined."""
    pictures = _pictures(request, request.GET.getlist("photos"))
    found = [(c, join_token(c.case_id)) for c in _similar_to(request.GET, pictures)]
    return render(
        request, "portal/similar.html", {"similar": found, "chosen": request.GET.get("join", "")}
    )


@require_safe
@public_page
def classes(request: HttpRequest) -> HttpResponse:
    """Classes that answer to ?class_words=, as choices of the form."""
    words = request.GET.get("class_words", "")[:40]
    found = choices.classes_found(words, on=timezone.localdate())
    chosen = request.GET.get("case_class", "")
    return render(request, "portal/classes.html", {"classes": found, "chosen": chosen})


@require_POST  # what somebody writes belongs in no address line and in no log
@public_page
def suggested(request: HttpRequest) -> HttpResponse:
    """Kinds that the words so far speak of, as choices of the form: never chosen by themselves."""
    words = request.POST.get("description", "")[:MOST_WORDS]
    context = {
        "suggested": suggestions.class_suggestions(words, public=True),
        "chosen": request.POST.get("case_class", ""),
    }
    return render(request, "portal/suggested.html", context)
