"""One's own report, by number and secret: see, answer, add, rate, dispute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from linli.cases import queries as cases
from linli.cases.queries import Followed
from linli.cases.services import following
from linli.files import services as files
from linli.kernel import limits
from linli.kernel.errors import NotFound, Refused
from linli.kernel.qr import qr
from linli.portal import rules
from linli.portal.forms.follow import FindForm, RateForm, WordsForm
from linli.portal.forms.photos import holder_of, refuse_too_much, upload_url
from linli.portal.forms.report import new_key
from linli.portal.queries.follow import follow_page, photo_of
from linli.staff.web import public_page

CHANNEL = "portal"


def _private(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The address is the key: nothing stores the page, indexes it or tells others of it.

    The referrer stays “same-origin”: under “no-referrer” browsers send “Origin: null” with a form,
    which the protection against forged forms must refuse. Other hosts are told nothing either way.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    return wrapped


def _followed(request: HttpRequest, number: str, secret: str) -> Followed:
    """Raises NotFound alike for whatever is wrong; TooMany for whoever goes on guessing.

    Right pairs are never counted: a neighbour's guessing must lock nobody out, and a secret of 100
    bits needs no more.
    """
    try:
        return cases.followed(number[:40], secret[:60])
    except NotFound:
        limits.admit(
            "portal.follow",
            limits.source_of(request),
            most=settings.PUBLIC_REPORTS_PER_HOUR,
            per=timedelta(hours=1),
            now=timezone.now(),
        )
        raise


@_private
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def find(request: HttpRequest) -> HttpResponse:
    """Number and secret lead to the page of the report."""
    if request.method != "POST":
        return render(request, "portal/find.html", {"form": FindForm()})
    form, status = FindForm(request.POST), 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            found = _followed(request, given["number"], given["secret"])
            return redirect("portal:follow", found.own_case.number, given["secret"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = max(refusal.status, 422)
    return render(request, "portal/find.html", {"form": form}, status=status)


@_private
@require_safe
@public_page
def follow(request: HttpRequest, number: str, secret: str) -> HttpResponse:
    """Where the report stands, and what may be said now."""
    return _page(request, _followed(request, number, secret), secret)


@_private
@require_safe
@public_page
def receipt(request: HttpRequest, number: str, secret: str) -> HttpResponse:
    """Number, secret, link and QR code: what to keep."""
    found = _followed(request, number, secret)
    link = request.build_absolute_uri(
        reverse("portal:follow", args=[found.own_case.number, secret])
    )
    context = {
        "number": found.own_case.number,
        "secret": secret,
        "link": link,
        "qr": qr(link),
        "joined": found.report.number > 1,
    }
    return render(request, "portal/receipt.html", context)


def _page(
    request: HttpRequest,
    found: Followed,
    secret: str,
    *,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    page = follow_page(found, secret, now=timezone.now())
    context = {
        "page": page,
        "upload_url": upload_url(),
        "key": new_key(),
        "ratings": rules.RATINGS,
        "answer_form": forms.get("answer") or WordsForm(request),
        "add_form": forms.get("add") or WordsForm(request),
        "dispute_form": forms.get("dispute") or WordsForm(request),
        "rate_form": forms.get("rate") or RateForm(),
        "disputing": "dispute" in forms,
        "adding": "add" in forms,
    }
    return render(request, "portal/follow.html", context, status=status)


def _with_words(name: str, verb: Callable[..., Any], thanks: Callable[[], str]) -> Any:
    """The view of a form with words and photos: answer, add, dispute."""

    @csrf_protect
    def submit(request: HttpRequest, number: str, secret: str) -> HttpResponse:
        found = _followed(request, number, secret)
        form = WordsForm(request, request.POST)
        status = 422
        if form.is_valid():
            try:
                _admit(request)
                verb(request, found, form)
                return _thank(request, found, secret, thanks())
            except Refused as refusal:
                form.refuse(refusal, {"opinion": "words", "description": "words"})
                status = max(refusal.status, 422)
        return _page(request, found, secret, status=status, **{name: form})

    @_private
    @csrf_exempt  # only until the announced length has been looked at; `submit` is protected
    @require_POST
    @public_page
    def view(request: HttpRequest, number: str, secret: str) -> HttpResponseBase:
        refuse_too_much(request)
        return submit(request, number, secret)

    return view


def _answer(request: HttpRequest, found: Followed, form: WordsForm) -> None:
    following.answer(followed=found, **_said(request, form))


def _add(request: HttpRequest, found: Followed, form: WordsForm) -> None:
    following.add(
        followed=found,
        **_said(request, form),
        channel=CHANNEL,
        submission_key=form.cleaned_data["submission_key"],
        language=translation.get_language() or "zh-hans",
    )


def _dispute(request: HttpRequest, found: Followed, form: WordsForm) -> None:
    following.dispute(followed=found, **_said(request, form))


def _said(request: HttpRequest, form: WordsForm) -> dict[str, Any]:
    return {
        "words": form.cleaned_data["words"],
        "uploads": form.photo_ids,
        "holder": holder_of(request),
        "now": timezone.now(),
    }


answer = _with_words("answer", _answer, lambda: _("Thank you. The centre has your answer."))
add = _with_words("add", _add, lambda: _("Thank you. It has been added to your report."))
dispute = _with_words(
    "dispute", _dispute, lambda: _("We are sorry. The case is open again and will be looked at.")
)


@_private
@require_POST
@public_page
def rate(request: HttpRequest, number: str, secret: str) -> HttpResponse:
    """The resident's verdict: the last of the seven steps."""
    found = _followed(request, number, secret)
    form, status = RateForm(request.POST), 422
    if form.is_valid():
        given = form.cleaned_data
        try:
            _admit(request)
            following.rate(
                followed=found, rating=given["rating"], words=given["words"], now=timezone.now()
            )
            return _thank(request, found, secret, _("Thank you for your rating."))
        except Refused as refusal:
            form.refuse(refusal)
            status = max(refusal.status, 422)
    return _page(request, found, secret, status=status, rate=form)


def _admit(request: HttpRequest) -> None:
    limits.admit(
        "portal.say",
        limits.source_of(request),
        most=settings.PUBLIC_REPORTS_PER_HOUR,
        per=timedelta(hours=1),
        now=timezone.now(),
    )


def _thank(request: HttpRequest, found: Followed, secret: str, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("portal:follow", found.own_case.number, secret)


@_private
@require_safe
@public_page
def file(
    request: HttpRequest, number: str, secret: str, case_id: int, file_number: int
) -> HttpResponseBase:
    """A photo of one's own, or of the result."""
    row = photo_of(_followed(request, number, secret), case_id, file_number)
    return files.respond(request, key=row.key, mime=row.mime, name=row.name)


@_private
@require_safe
@public_page
def thumb(
    request: HttpRequest, number: str, secret: str, case_id: int, file_number: int
) -> HttpResponseBase:
    """The same, small."""
    row = photo_of(_followed(request, number, secret), case_id, file_number)
    mime = "image/jpeg" if row.thumb_key else row.mime
    return files.respond(request, key=row.thumb_key or row.key, mime=mime, name=row.name)
