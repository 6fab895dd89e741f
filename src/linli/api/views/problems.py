"""Refusals as problem+json (RFC 9457), each a sentence that names the field and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from linli.kernel.errors import Refused, TooMany, Unauthorized


class TooLarge(Refused):
    """The body is larger than any request of this interface has to be."""

    status = 413
    code = "too_large"


def problem(refusal: Refused, errors: Sequence[Mapping[str, str]] = ()) -> JsonResponse:
    """`refusal` as an answer."""
    said: dict[str, Any] = {
        "type": "about:blank",
        "title": str(refusal),
        "status": refusal.status,
        "code": refusal.code,
        "field": refusal.field,
    }
    if len(errors) > 1:
        said["errors"] = list(errors)
    answer = JsonResponse(
        said,
        status=refusal.status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
    if isinstance(refusal, TooMany):
        answer["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, Unauthorized):
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def refused(status: int, code: str, sentence: str, field: str | None = None) -> JsonResponse:
    """An answer for a fault of the request itself rather than of what it asks."""
    refusal = Refused(sentence, field=field, code=code)
    refusal.status = status
    return problem(refusal)


def _sentence(kind: str, field: str, facts: Mapping[str, Any], said: str) -> str:
    """One validation error in words."""
    names = {"field": field, **{k: v for k, v in facts.items() if isinstance(v, (str, int, float))}}
    sentences: dict[str, str] = {
        "missing": _("%(field)s is missing. Please give it."),
        "extra_forbidden": _("%(field)s is not known here. Leave it out; see /api/v1/docs."),
        "string_type": _("%(field)s has to be text, in quotation marks."),
        "string_unicode": _("%(field)s is not valid text."),
        "string_too_short": _("%(field)s is too short: at least %(min_length)s characters."),
        "string_too_long": _("%(field)s is too long: at most %(max_length)s characters."),
        "string_pattern_mismatch": _("%(field)s has to look like 2026-11-22."),
        "int_type": _("%(field)s has to be a whole number, without quotation marks."),
        "float_type": _("%(field)s has to be a number, without quotation marks."),
        "finite_number": _("%(field)s has to be a finite number."),
        "bool_type": _("%(field)s has to be true or false, without quotation marks."),
        "list_type": _("%(field)s has to be a list."),
        "too_long": _("%(field)s has too many entries: at most %(max_length)s."),
        "too_short": _("%(field)s is empty: at least %(min_length)s has to be given."),
        "literal_error": _("%(field)s is one of %(expected)s."),
        "greater_than_equal": _("%(field)s is too small: at least %(ge)s."),
        "greater_than": _("%(field)s is too small: more than %(gt)s."),
        "less_than_equal": _("%(field)s is too large: at most %(le)s."),
        "model_type": _("%(field)s has to be a JSON object."),
        "model_attributes_type": _("%(field)s has to be a JSON object."),
        "dict_type": _("%(field)s has to be a JSON object."),
    }
    sentence = sentences.get(kind)
    return f"{field}: {said}" if sentence is None else sentence % names


def _invalid(request: HttpRequest, error: ValidationError) -> JsonResponse:
    faults = []
    for each in error.errors:
        where = [str(part) for part in each["loc"] if part not in ("body", "query", "path")]
        if where and where[0] == "order":
            where = where[1:]
        kind, field = str(each["type"]), ".".join(where) or "body"
        sentence = _sentence(kind, field, each.get("ctx") or {}, str(each["msg"]))
        faults.append({"field": field, "code": kind, "title": sentence})
    first = faults[0]
    refusal = Refused(first["title"], field=first["field"], code="bad_input")
    refusal.status = 400
    return problem(refusal, faults)


def _http_error(request: HttpRequest, error: HttpError) -> JsonResponse:
    cause = error.__cause__
    if isinstance(cause, Refused):
        return problem(cause)
    return refused(error.status_code, "bad_request", str(error))


def _refusal(request: HttpRequest, error: Refused) -> JsonResponse:
    return problem(error)


def _nobody(request: HttpRequest, error: Exception) -> JsonResponse:
    return problem(
        Unauthorized(
            _("Send a token: “Authorization: Bearer linli_…”. An account issues its own tokens.")
        )
    )


def _too_big(request: HttpRequest, error: Exception) -> JsonResponse:
    return problem(
        TooLarge(_("The request is too large: at most 2 MB of JSON. Send files to POST /files."))
    )


def nothing_here(request: HttpRequest, error: Exception | None = None) -> JsonResponse:
    """404 for an address that leads nowhere."""
    return refused(
        404, "not_found", _("There is nothing at this address. /api/v1/docs lists what there is.")
    )


def _cut_off(request: HttpRequest, error: Exception) -> JsonResponse:
    return refused(
        400, "cut_off", _("The request was cut off, and nothing was kept. Please send it again.")
    )


def answer_in_problems(api: NinjaAPI) -> None:
    """From now on `api` says what it refuses in sentences."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], JsonResponse]] = {
        Refused: _refusal,
        ValidationError: _invalid,
        HttpError: _http_error,
        AuthenticationError: _nobody,
        RequestDataTooBig: _too_big,
        UnreadablePostError: _cut_off,
        Http404: nothing_here,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)
