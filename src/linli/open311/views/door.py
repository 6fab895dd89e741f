"""Around every resource: its form, its errors in that form, and that anybody may call."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from linli.kernel.errors import BadInput, NotFound, Refused, TooMany
from linli.open311.forms.incoming import Given
from linli.open311.forms.report import Faults
from linli.open311.policy import Reader, reader_of, sender_of
from linli.open311.rules.documents import TYPES, Document, written
from linli.staff.web import public_page

View = Callable[..., Document]
#: Answers other than 400 that the standard, or HTTP itself, has a meaning for (E2).
STATUSES = frozenset({403, 404, 405, 413, 429, 503})


class WrongMethod(Refused):
    """The resource does not take this."""

    status = 405
    code = "method"


def door(*methods: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """The view answers these methods with a document; what it refuses becomes `errors`.

    Sessions count for nothing here, so that any page of the web may call.
    """

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        def guarded(request: HttpRequest, /, *, form: str, **holes: Any) -> HttpResponse:
            known = form if form in TYPES else "xml"
            try:
                if form not in TYPES:
                    raise NotFound(
                        _(
                            "There is nothing of the form “%(form)s” here; end the address with "
                            ".xml or .json."
                        )
                        % {"form": form[:20]}
                    )
                if request.method not in methods:
                    raise WrongMethod(
                        _("%(method)s is not possible here; possible: %(methods)s.")
                        % {"method": request.method, "methods": ", ".join(methods)}
                    )
                answer = answered(view(request, **holes), known)
            except Refused as refusal:
                answer = refused(refusal, known)
            except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
                answer = refused(_too_large(), known)
            except (UnreadablePostError, MultiPartParserError):
                answer = refused(_cut_off(), known)
            if answer.status_code == 405:
                answer["Allow"] = ", ".join(methods)
            return _open_to_all(answer)

        return csrf_exempt(public_page(update_wrapper(guarded, view)))

    return decorate


def answered(document: Document, form: str, status: int = 200) -> HttpResponse:
    """The document in the form asked for (G2)."""
    return HttpResponse(written(document, form), content_type=TYPES[form], status=status)


def refused(refusal: Refused, form: str) -> HttpResponse:
    """What is wrong, all of it at once, as a list even if it is one thing (E1–E3)."""
    each = refusal.each if isinstance(refusal, Faults) else [refusal]
    status = refusal.status if refusal.status in STATUSES else 400
    body = [{"code": _code(one), "description": str(one)} for one in each]
    answer = answered(Document("errors", body), form, status)
    if isinstance(refusal, TooMany):
        answer["Retry-After"] = str(refusal.retry_after)
    return answer


def _code(refusal: Refused) -> int:
    return refusal.status if refusal.status in STATUSES else 400


def _open_to_all(answer: HttpResponse) -> HttpResponse:
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "no-store"
    patch_vary_headers(answer, ["Accept-Language", "Authorization"])
    return answer


def _too_large() -> Refused:
    refusal = BadInput(_("The form is too large: at most 2 MB beside the picture."), field="body")
    refusal.status = 413
    return refusal


def _cut_off() -> Refused:
    return BadInput(
        _("The form was cut off, and nothing was kept. Please send it again."), field="body"
    )


# -- who asks -------------------------------------------------------------------------------------
def key_of(request: HttpRequest, given: Given) -> str:
    """The key: `api_key`, or as `Authorization: Bearer`, which no log of addresses keeps."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and secret.strip():
        return secret.strip()
    return given.text("api_key")


def reader(request: HttpRequest, given: Given) -> Reader:
    """Who reads. One query with a key. Raises NotYours for a wrong one."""
    return reader_of(key_of(request, given), now=timezone.now())


def sender(request: HttpRequest, given: Given) -> Reader:
    """Who reports. One query. Raises NotYours without a key that may (G8)."""
    return sender_of(key_of(request, given), now=timezone.now())


@csrf_exempt
@public_page
def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404 for an address that leads nowhere, in the form its end asks for."""
    form = "json" if rest.endswith(".json") else "xml"
    refusal = NotFound(
        _("There is nothing at this address. discovery.xml says what there is."), field="address"
    )
    return _open_to_all(refused(refusal, form))
